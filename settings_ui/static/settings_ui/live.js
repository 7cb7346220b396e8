// Keeps a part of a page up to date: <div data-live="address" data-state="...">.
// Without scripts the page shows what was true when it was loaded.
"use strict";

const EVERY = 1000;
const AFTER_TROUBLE = 5000;
const AT_REST = "at-rest";

async function look(region) {
  const answer = await fetch(region.dataset.live, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
  show(region, await answer.text());
  const state = answer.headers.get("Live-State");
  if (state !== region.dataset.state) location.reload(); // the buttons change with it
}

function show(region, text) {
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  const now = document.createElement("div");
  now.append(fresh.content);
  if (now.innerHTML === region.innerHTML) return;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...region.querySelectorAll("details[open][id]")].map((each) => each.id);
  region.replaceChildren(...now.childNodes);
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  if (focused) document.getElementById(focused)?.focus();
  say(region.querySelector("[data-say]")?.textContent ?? "");
}

// What screen readers say: only what changed, and not every number.
function say(words) {
  const place = document.getElementById("said");
  if (place && place.textContent !== words) place.textContent = words;
}

function follow(region) {
  if (region.dataset.state === AT_REST) return;
  const again = (pause) => setTimeout(() => follow(region), pause);
  if (document.hidden) return void again(EVERY);
  look(region).then(() => again(EVERY), () => again(AFTER_TROUBLE));
}

document.querySelectorAll("[data-live]").forEach((region) => setTimeout(() => follow(region), EVERY));
