document.documentElement.className = "js";
try {
  const theme = localStorage.getItem("pgbench-drivers-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* a page from a file, or a strict browser, may have no storage */ }
