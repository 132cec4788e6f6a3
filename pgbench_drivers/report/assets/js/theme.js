// Light, dark, or as the system has it; remembered where the browser lets us.

const KEY = "pgbench-drivers-theme";

export function startTheme() {
  const buttons = [...document.querySelectorAll("[data-theme-choice]")];
  const show = () => {
    const current = document.documentElement.dataset.theme ?? "auto";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === current));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const choice = button.dataset.themeChoice;
      if (choice === "auto") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = choice;
      try {
        localStorage.setItem(KEY, choice);
      } catch { /* then it is not remembered */ }
      show();
    });
  }
  show();
}
