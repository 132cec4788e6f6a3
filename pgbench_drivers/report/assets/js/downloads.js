// The result document lies in the page compressed; here it is unpacked.

export async function rawResults() {
  const link = document.getElementById("download-json");
  const encoded = link.getAttribute("href").split(",", 2)[1];
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).text();
}

export function startDownloads() {
  const link = document.getElementById("download-json");
  // Without DecompressionStream the link still gives the compressed file.
  if (typeof DecompressionStream === "undefined") return;
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const status = document.getElementById("download-status");
    try {
      save(await rawResults(), link.getAttribute("download").replace(/\.gz$/, ""));
      status.textContent = "Saved.";
    } catch (error) {
      status.textContent = `The results could not be unpacked: ${error.message}`;
    }
  });
}

function save(content, name) {
  const url = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
