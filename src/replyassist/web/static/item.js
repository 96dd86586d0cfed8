// Colleagues at the same item: who is here, their notes, and what was typed when somebody else decided.
(() => {
  "use strict";

  const LOOK_EVERY_MS = 20000; // presence is a lease of 50 s
  const $ = (selector, root = document) => root.querySelector(selector);

  function look() {
    const place = $("#live-item");
    if (place && document.visibilityState === "visible") window.htmx.trigger(place, "look");
  }

  function hear(event) {
    const place = $("#live-ear");
    if (!place) return;
    try {
      const told = JSON.parse(event.detail.data);
      if (String(told.review_id) === $("#main").dataset.item) look();
    } catch {
      look();
    }
  }

  // An item that somebody else decided has no editor any more: what was typed is shown, to be copied.
  function showKept() {
    const place = $("#kept-text");
    if (!place) return;
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(`own-text:${$("#main").dataset.item}`) || "null");
    } catch {
      return;
    }
    if (!kept?.text) return;
    $(".text", place).textContent = kept.text;
    place.hidden = false;
  }

  function mention(handle) {
    const area = $("#note-text");
    const before = area.value.slice(0, area.selectionStart);
    area.focus();
    document.execCommand("insertText", false, `${before && !/\s$/.test(before) ? " " : ""}${handle} `);
  }

  for (const kind of ["claim", "presence", "note"]) document.addEventListener(`sse:${kind}`, hear);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.matches?.("#main, body")) showKept();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.dataset.mention) mention(button.dataset.mention);
    if (button.dataset.copy !== undefined) {
      navigator.clipboard?.writeText($(".text", button.closest(".yours")).textContent);
      window.replyassist?.announce("Copied.");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "note-text" || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (form.matches?.("[data-note]") && event.detail.successful) form.reset();
  });
  // Its answer would have no place on another page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "main" && $("#live-item")) window.htmx.trigger("#live-item", "htmx:abort");
  });
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK_EVERY_MS);
})();
