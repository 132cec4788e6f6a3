// Raw results and table lie in the page compressed; here they are unpacked.

export async function unpacked(link) {
  const encoded = link.getAttribute("href").split(",", 2)[1];
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).blob();
}

export function startDownloads() {
  // Without DecompressionStream the links still give the compressed files.
  if (typeof DecompressionStream === "undefined") return;
  const status = document.getElementById("download-status");
  for (const link of document.querySelectorAll("[data-packed]")) {
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        const content = (await unpacked(link)).slice(0, undefined, link.dataset.packed);
        save(content, link.getAttribute("download").replace(/\.gz$/, ""));
        status.textContent = "Saved.";
      } catch (error) {
        status.textContent = `This could not be unpacked: ${error.message}`;
      }
    });
  }
}

function save(content, name) {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
