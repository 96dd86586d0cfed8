// The workbench's keys: numbers tick reasons, Enter keeps. Everything here is a convenience: the pages work without it.
(() => {
  "use strict";

  const isLabelling = () => document.querySelector("#main")?.dataset.page === "evaluation-label";
  const opened = () => document.querySelector("details.why[open]");

  function onKey(event) {
    if (!isLabelling() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const panel = opened();
    if (!panel || event.target.matches?.("input:not([type=checkbox]), textarea, select")) return;
    if (/^[1-9]$/.test(event.key)) {
      const box = panel.querySelector(`input[data-number="${event.key}"]`);
      if (!box) return;
      event.preventDefault();
      box.checked = !box.checked;
      box.focus();
    } else if (event.key === "Enter" && !event.repeat) {
      event.preventDefault();
      panel.querySelector("form").requestSubmit();
    }
  }

  // Only one of the two lists of reasons is open.
  function onToggle(event) {
    const panel = event.target;
    if (!panel.matches?.("details.why") || !panel.open) return;
    document.querySelectorAll("details.why[open]").forEach((other) => { if (other !== panel) other.open = false; });
  }

  // A menu closes when somebody looks elsewhere.
  function onClick(event) {
    document.querySelectorAll("details.drop[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  }

  document.addEventListener("click", onClick);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.drop[open]").forEach((menu) => { menu.open = false; });
  });
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("toggle", onToggle, true);
})();
