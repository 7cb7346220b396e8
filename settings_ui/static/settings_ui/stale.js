// Says when a page is out of date: the server does not answer, or whoever looks is logged out.
// The words are the page's own: <template data-trouble="server"> and <template data-trouble="session">.
"use strict";

const PATIENCE = 4000;
let lastAnswer = new Date();
let trouble = "";

// What the server answers, or null when it does not, or has nothing for this browser any more.
async function ask(address, options = {}) {
  let answer;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    answer = await fetch(address, { redirect: "manual", signal, ...options });
  } catch {
    mark("server");
    return null;
  }
  const isRefused = answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status);
  if (!answer.ok) {
    mark(isRefused ? "session" : "server");
    return null;
  }
  lastAnswer = new Date();
  mark("");
  return answer;
}

function mark(kind) {
  if (kind === trouble) return;
  trouble = kind;
  document.documentElement.classList.toggle("stale", kind !== "");
  const place = document.getElementById("trouble");
  const words = document.querySelector(`template[data-trouble="${kind}"]`);
  place.hidden = kind === "";
  place.replaceChildren(...(words ? [words.content.cloneNode(true)] : []));
  for (const time of place.querySelectorAll("[data-since]")) {
    time.textContent = `${lastAnswer.toISOString().slice(11, 19)} UTC`;
  }
}
