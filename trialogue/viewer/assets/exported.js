"use strict";
// What was packed to keep the page small is unpacked where somebody looks.

const unpacked = new Map();

async function unpack(place) {
  if (unpacked.has(place)) return unpacked.get(place);
  const bytes = Uint8Array.from(atob(document.getElementById(`p-${place}`).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const parts = JSON.parse(await new Response(stream).text());
  unpacked.set(place, parts);
  return parts;
}

document.addEventListener("toggle", async (event) => {
  const details = event.target;
  if (!details.matches?.("details.packed") || !details.open || details.dataset.loaded) return;
  details.dataset.loaded = "yes";
  const into = details.querySelector(".into");
  try {
    into.innerHTML = (await unpack(details.dataset.of))[details.dataset.part] ?? "";
  } catch {
    into.textContent = "This browser cannot unpack it; a newer one can.";
  }
}, true);

const search = document.getElementById("search");
search.parentElement.hidden = false;
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of document.querySelectorAll("#list .rows li")) {
    const place = row.firstElementChild.hash.slice(1);
    const text = row.textContent + document.querySelector(`#${place} .talk`).textContent;
    row.hidden = !words.every((word) => text.toLowerCase().includes(word));
    count += !row.hidden;
  }
  document.getElementById("found").textContent = `${count} dialogue${count === 1 ? "" : "s"}`;
});

function arrived() {
  scrollTo(0, 0);
  const one = document.querySelector(".one:target");
  if (one) one.focus({ preventScroll: true });
}
addEventListener("hashchange", () => { if (!location.hash.startsWith("#turn-")) arrived(); });
