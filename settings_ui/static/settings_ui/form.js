// Settings pages: fields come and go with the values of others, tables get and lose rows, and the
// progress of a saving is shown. Everything else works without this file.
"use strict";

document.documentElement.classList.add("scripted");

function applyStates(form, fields) {
  for (const wrapper of form.querySelectorAll("[data-field]")) {
    const state = fields[wrapper.dataset.field];
    if (!state) continue;
    wrapper.hidden = !state.shown;
    const mark = wrapper.querySelector("[data-required]");
    if (mark) mark.hidden = !state.required;
    for (const control of wrapper.querySelectorAll("input, select, textarea")) {
      control.disabled = state.disabled;
      if (state.required) control.setAttribute("aria-required", "true");
      else control.removeAttribute("aria-required");
    }
  }
}

function watch(form) {
  let waiting = 0;
  let latest = 0;
  const ask = async () => {
    const number = ++latest;
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    const answer = await fetch(form.dataset.state, { method: "POST", body: data });
    if (answer.ok && number === latest) applyStates(form, (await answer.json()).fields);
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask().catch(() => {}), 150);
  };
  form.addEventListener("change", soon);
  form.addEventListener("input", soon);
}

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
  const form = button.closest("form");
  button.closest("tr").remove();
  group.querySelector("[data-add-row]").focus();
  form.dispatchEvent(new Event("change"));
}

async function poll(notice) {
  let current = notice;
  while (current && current.dataset.poll) {
    await new Promise((resolve) => setTimeout(resolve, 700));
    const answer = await fetch(current.dataset.poll);
    if (!answer.ok) return;
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const fresh = holder.content.firstElementChild;
    if (!fresh.dataset.poll) {
      location.replace(location.href);
      return;
    }
    if (fresh.textContent !== current.textContent) {
      current.replaceWith(fresh);
      current = fresh;
    }
  }
}

for (const form of document.querySelectorAll("form[data-state]")) watch(form);
offerRemoval(document);
for (const notice of document.querySelectorAll("[data-poll]")) poll(notice).catch(() => {});
document.querySelector("[data-focus]")?.focus();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row], [data-remove-row]");
  if (!button) return;
  event.preventDefault();
  if (button.matches("[data-add-row]")) addRow(button);
  else removeRow(button);
});
