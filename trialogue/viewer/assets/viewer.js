"use strict";
// Without this script every page works, by links and forms; with it parts load where they are.

const part = { headers: { "X-Fragment": "1" } };

async function fetched(address) {
  const answer = await fetch(address, part);
  if (!answer.ok) throw new Error(answer.statusText);
  // What was begun is finished: it has a page of its own now.
  if (answer.redirected) {
    location.replace(answer.url);
    throw new Error("moved");
  }
  return answer.text();
}

async function open(details) {
  if (details.dataset.loaded || !details.open) return;
  details.dataset.loaded = "yes";
  const into = details.querySelector(".into");
  into.textContent = "…";
  try {
    into.innerHTML = await fetched(details.dataset.src);
  } catch {
    delete details.dataset.loaded;
    into.textContent = "This could not be loaded; is the viewer still running?";
  }
}

async function unfold(button) {
  const said = button.closest(".said");
  button.disabled = true;
  try {
    said.textContent = await fetched(button.dataset.src);
  } catch {
    button.disabled = false;
  }
}

// The list shows what has come since, unless somebody is in the middle of it.
let renewing = false;
let again = false;
async function renew() {
  const list = document.querySelector("[data-fragment]");
  if (!list) return;
  again = renewing;
  if (renewing) return;
  renewing = true;
  try {
    const rows = await fetched(list.dataset.fragment);
    const at = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const open = new Map([...list.querySelectorAll("[data-span]")].map((one) => [one.dataset.span, one.open]));
    list.innerHTML = rows;
    for (const one of list.querySelectorAll("[data-span]")) {
      if (open.has(one.dataset.span)) one.open = open.get(one.dataset.span);
    }
    if (at) list.querySelector(`[href="${CSS.escape(at)}"]`)?.focus();
  } catch { /* the next news will try again */ }
  setTimeout(() => { renewing = false; if (again) renew(); }, 700);
}

function follow(address) {
  const source = new EventSource(address);
  let told = null;
  source.addEventListener("grown", (news) => {
    const now = JSON.parse(news.data);
    for (const count of document.querySelectorAll("[data-count]")) {
      const there = now[count.dataset.count];
      if (there !== undefined) count.textContent = there.toLocaleString("en");
    }
    if (told !== null && now.dialogues !== told) {
      document.getElementById("live").textContent = `${now.dialogues} dialogues`;
    }
    told = now.dialogues;
    renew();
  });
  addEventListener("pagehide", () => source.close());
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const here = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by;
  rows[Math.max(0, Math.min(rows.length - 1, next))].focus();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = event.target.closest?.("input, select, textarea");
  if (field) {
    if (event.key === "Escape") field.blur();
    // A note is finished by Enter, it is no decision.
    if (event.key === "Enter" && field.name === "note") { event.preventDefault(); field.blur(); }
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") return step(event.key === "j" ? 1 : -1);
  if (event.key === "?") return document.getElementById("keys")?.showModal();
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const meant = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!meant) return;
  event.preventDefault();
  if (meant.matches("input")) { meant.focus(); meant.select(); } else meant.click();
}

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.lazy")) open(event.target);
}, true);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.src) unfold(button);
  if (button?.dataset.opens) document.getElementById(button.dataset.opens).showModal();
});
document.addEventListener("change", (event) => {
  if (event.target.matches(".filters select")) event.target.form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  // Each decision once, however often the key is pressed.
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = event.target.matches(".decide") ? "yes" : "";
});
document.addEventListener("keydown", pressed);
if (document.body.dataset.events) follow(document.body.dataset.events);
