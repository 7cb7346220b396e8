// What cannot be taken back asks in a dialog of the page; without scripts it asks on a page of its own.
"use strict";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
    return;
  }
  const shown = event.target.closest("[data-close]")?.closest("dialog");
  if (shown) {
    event.preventDefault();
    shown.close();
  }
});
