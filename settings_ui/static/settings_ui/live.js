// Keeps a part of a page up to date: <div data-live="address" data-state="...">. Only what changed
// is replaced, so that what somebody selects, opens or types stays.
// Without scripts the page shows what was true when it was loaded.
"use strict";

const EVERY = 1000;
const AT_REST = 4000;

async function look(region) {
  const answer = await ask(region.dataset.live, { headers: { Accept: "text/html" } });
  if (!answer) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  become(region, fresh.content);
  region.dataset.state = answer.headers.get("Live-State");
  say(region.querySelector("[data-say]")?.textContent ?? "");
}

// Makes the children of *now* like those of *next*, and touches none that are so already.
function become(now, next) {
  let place = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    const found = alike(now, place, wanted);
    if (!found) {
      now.insertBefore(wanted, place);
      continue;
    }
    if (found === place) place = place.nextSibling;
    else now.insertBefore(found, place);
    if (!found.isEqualNode(wanted)) update(found, wanted);
  }
  while (place) {
    const surplus = place;
    place = place.nextSibling;
    surplus.remove();
  }
}

function alike(parent, place, wanted) {
  if (wanted.id) return [...parent.children].find((child) => child.id === wanted.id);
  if (!place || place.id || place.nodeName !== wanted.nodeName) return null;
  return place;
}

function update(found, wanted) {
  if (found.nodeType !== Node.ELEMENT_NODE) {
    found.nodeValue = wanted.nodeValue;
    return;
  }
  for (const { name } of [...found.attributes]) {
    if (!wanted.hasAttribute(name) && name !== "open") found.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (found.getAttribute(name) !== value) found.setAttribute(name, value);
  }
  become(found, wanted);
}

// What screen readers say: only what changed, and not every number.
function say(words) {
  const place = document.getElementById("said");
  if (place && place.textContent !== words) place.textContent = words;
}

async function follow(region) {
  if (!document.hidden) await look(region).catch(() => {});
  setTimeout(() => follow(region), region.dataset.state === "at-rest" ? AT_REST : EVERY);
}

document.querySelectorAll("[data-live]").forEach((region) => setTimeout(() => follow(region), EVERY));
