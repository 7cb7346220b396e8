// The settings: sections become tabs, fields come and go with the values of others, tables get and
// lose rows, what is not saved yet is kept and said, and the progress of a saving is shown.
// Everything can be seen and saved without this file.
"use strict";

const HEARTBEAT = 4000;
const form = document.querySelector("form[data-state]");
let saved = "";
let isLeaving = false;

document.documentElement.classList.add("scripted");

// --- Tabs: one section of one store is shown, the others keep what was typed into them.

function reveal(target) {
  const section = target.closest("[data-section]");
  const panel = target.closest("[data-store]");
  if (!panel) return;
  for (const other of form.querySelectorAll("[data-store]")) other.hidden = other !== panel;
  for (const button of form.querySelectorAll("[name=_store]")) {
    setCurrent(button, button.value === panel.dataset.store);
  }
  const shown = section ?? panel.querySelector("[data-section]:not([hidden])");
  if (!shown) return;
  for (const other of panel.querySelectorAll("[data-section]")) other.hidden = other !== shown;
  for (const link of panel.querySelectorAll("[data-tab]")) {
    setCurrent(link, link.dataset.tab === shown.id);
  }
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) {
    box.open = true;
  }
  history.replaceState(null, "", shown.dataset.url);
}

function setCurrent(element, isCurrent) {
  if (isCurrent) element.setAttribute("aria-current", "true");
  else element.removeAttribute("aria-current");
}

function follow(link) {
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target || !form.contains(target)) return false;
  reveal(target);
  target.scrollIntoView({ block: "nearest" });
  if (target.matches("input, select, textarea")) target.focus();
  return true;
}

async function openStore(button) {
  let panel = form.querySelector(`[data-store="${CSS.escape(button.value)}"]`);
  if (!panel) {
    const answer = await ask(button.dataset.url);
    if (!answer) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    panel = page.querySelector(`[data-store="${CSS.escape(button.value)}"]`);
    if (!panel) return;
    const wasDirty = isDirty();
    form.querySelector(".save-bar").before(panel);
    offerRemoval(panel);
    if (!wasDirty) saved = contents();
  }
  reveal(panel.querySelector("[data-current]") ?? panel.querySelector("[data-section]") ?? panel);
}

// --- What is not saved yet.

function contents() {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  return JSON.stringify([...data].map(([name, value]) => [name, value?.name ?? value]));
}

const isDirty = () => contents() !== saved;

function note() {
  const isClean = !isDirty();
  for (const part of form.querySelectorAll("[data-unsaved]")) part.hidden = isClean;
}

async function save() {
  if (!(await ask(form.dataset.alive))) {
    document.getElementById("trouble").scrollIntoView({ block: "center" });
    return; // what was typed stays
  }
  isLeaving = true;
  form.submit();
}

// --- Fields that depend on others.

function applyStates(fields) {
  for (const wrapper of form.querySelectorAll("[data-field]")) {
    const state = fields[wrapper.dataset.field];
    if (!state) continue;
    wrapper.hidden = !state.shown;
    const required = wrapper.querySelector("[data-required]");
    if (required) required.hidden = !state.required;
    for (const control of wrapper.querySelectorAll("input, select, textarea")) {
      control.disabled = state.disabled;
      if (state.required) control.setAttribute("aria-required", "true");
      else control.removeAttribute("aria-required");
    }
  }
}

function typed() {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

function watch() {
  let waiting = 0;
  let latest = 0;
  const states = async () => {
    const number = ++latest;
    const answer = await fetch(form.dataset.state, { method: "POST", body: typed() });
    if (answer.ok && number === latest) applyStates((await answer.json()).fields);
  };
  const soon = () => {
    note();
    clearTimeout(waiting);
    waiting = setTimeout(() => states().catch(() => {}), 150);
  };
  form.addEventListener("change", soon);
  form.addEventListener("input", soon);
}

async function refresh(button) {
  const data = typed();
  data.append("_refresh", button.value);
  button.disabled = true;
  const answer = await ask(location.pathname, { method: "POST", body: data }).finally(() => {
    button.disabled = false;
  });
  if (!answer) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const wrapper = button.closest("[data-field]");
  const fresh = page.querySelector(`[data-field="${CSS.escape(wrapper.dataset.field)}"]`);
  if (!fresh) return;
  wrapper.replaceWith(fresh);
  fresh.querySelector("[name=_refresh]")?.focus({ preventScroll: true });
  note();
}

// --- Tables.

function addRow(button) {
  const group = button.closest("[data-rows]");
  const body = group.querySelector("tbody");
  const number = Number(group.dataset.next || body.rows.length);
  group.dataset.next = number + 1;
  const row = group.querySelector("template").content.firstElementChild.cloneNode(true);
  for (const control of row.querySelectorAll("[name]")) {
    control.name = control.name.replace(":N:", `:${number}:`);
  }
  body.append(row);
  offerRemoval(row);
  row.querySelector("input, select, textarea").focus();
}

function offerRemoval(scope) {
  for (const button of scope.querySelectorAll("[data-remove-row]")) button.hidden = false;
}

function removeRow(button) {
  const group = button.closest("[data-rows]");
  button.closest("tr").remove();
  group.querySelector("[data-add-row]").focus();
  form.dispatchEvent(new Event("change"));
}

// --- How far a saving is.

async function poll(notice) {
  let current = notice;
  while (current.dataset.poll) {
    await new Promise((resolve) => setTimeout(resolve, 700));
    const answer = await ask(current.dataset.poll);
    if (!answer) continue;
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const fresh = holder.content.firstElementChild;
    if (!fresh.dataset.poll && !isDirty()) {
      location.reload();
      return;
    }
    if (fresh.textContent !== current.textContent) {
      current.replaceWith(fresh);
      current = fresh;
    }
  }
}

async function beat() {
  if (!document.hidden) await ask(form.dataset.alive);
  setTimeout(beat, HEARTBEAT);
}

function start() {
  saved = "dirty" in form.dataset ? "" : contents();
  watch();
  note();
  setTimeout(beat, HEARTBEAT);
  const wrong = form.querySelector("[aria-invalid=true]");
  const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const first = wrong ?? asked ?? form.querySelector("[data-current]");
  if (first) reveal(first);
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name) {
      isLeaving = true;
      return;
    }
    event.preventDefault();
    save();
  });
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && isDirty()) event.preventDefault();
  });
  form.querySelector("[data-discard]")?.addEventListener("click", () => {
    isLeaving = true;
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) isLeaving = false;
  });
}

const DOES = {
  "[data-add-row]": addRow,
  "[data-remove-row]": removeRow,
  "[name=_refresh]": refresh,
  "[name=_store]": openStore,
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && form && follow(link)) event.preventDefault();
  for (const [selector, act] of Object.entries(DOES)) {
    const button = event.target.closest(selector);
    if (button) {
      event.preventDefault();
      act(button);
    }
  }
});

if (form) start();
offerRemoval(document);
for (const notice of document.querySelectorAll("[data-poll]")) poll(notice).catch(() => {});
document.querySelector("[data-focus]")?.focus();
