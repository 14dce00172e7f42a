// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Keeps the page current: asks for it again and takes over the parts that have changed, without a reload. What the
// reader has selected, focused or scrolled elsewhere stays as it is.

"use strict";

const pause = 1000; // from one response to the next request, in milliseconds
const patience = 5000; // with one question

async function refresh() {
  const response = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(patience) });
  if (!response.ok) {
    throw new Error(`HTTP status ${response.status}`);
  }
  const current = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const shown of document.querySelectorAll("[data-live]")) {
    const next = current.getElementById(shown.id);
    if (shown.innerHTML !== next.innerHTML) {
      shown.replaceChildren(...next.childNodes);
    }
  }
}

function show(state, words) {
  const connection = document.getElementById("connection");
  if (connection.dataset.state !== state) { // a screen reader speaks only when it changes
    connection.dataset.state = state;
    connection.textContent = words;
  }
}

// The button clears the faults without leaving the page, as it would without JavaScript.
document.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await fetch("/faults", { method: "DELETE", signal: AbortSignal.timeout(patience) });
    await refresh();
  } catch {
    show("lost", "Connection lost");
  }
});

async function watch() {
  try {
    await refresh();
    show("live", "Live");
  } catch {
    show("lost", "Connection lost");
  }
  setTimeout(watch, pause);
}

watch();
