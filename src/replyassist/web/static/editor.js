// The editor: keeps what is typed, shows what the checks say, and says when Approve is possible.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const editor = () => $("#text");
  const keyOf = () => `own-text:${$("#main").dataset.item}`;
  let offered = null;

  function recall() {
    try {
      return JSON.parse(sessionStorage.getItem(keyOf()) || "null");
    } catch {
      return null;
    }
  }

  const isOwn = (area) => area.value.trim() !== area.dataset.draft.trim();

  function remember(area) {
    if (isOwn(area) && area.value.trim()) {
      sessionStorage.setItem(keyOf(), JSON.stringify({ draft: area.dataset.draft, text: area.value }));
    } else {
      sessionStorage.removeItem(keyOf());
    }
  }

  function showState(area) {
    const count = [...area.value].length;
    const counter = $("#counter");
    counter.textContent = `${count} / ${counter.dataset.longest}`;
    counter.classList.toggle("over", count > Number(counter.dataset.longest));
    $("#own-note").hidden = !(isOwn(area) && area.value.trim() && area.dataset.draft);
    $("#reset").hidden = false;
  }

  function setText(area, text) {
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    window.htmx?.trigger(area, "recheck");
  }

  function showGate() {
    const approve = $("#approve");
    const state = $("#check-state");
    if (!approve || !state || approve.disabled) return;
    const gate = state.dataset.gate;
    const closed = gate === "closed" || (gate === "accept" && !$("#accept")?.checked);
    approve.setAttribute("aria-disabled", String(closed));
    document.querySelectorAll("[data-select]").forEach((button) => { button.hidden = false; });
    window.replyassist?.announce(state.dataset.summary);
  }

  function begin() {
    const area = editor();
    if (!area) return;
    document.querySelectorAll("#edit, [data-use]").forEach((button) => { button.hidden = false; });
    const kept = recall();
    offered = null;
    if ("own" in area.dataset) {
      remember(area);
    } else if (kept && !area.readOnly && kept.draft === area.dataset.draft) {
      area.value = kept.text;
      window.htmx?.trigger(area, "recheck");
    } else if (kept && kept.text !== area.value) {
      offered = kept.text;
      $("#kept-note").hidden = false;
    }
    showState(area);
    showGate();
  }

  function followChange(notice) {
    const area = editor();
    const isBusy = (area && (isOwn(area) || document.activeElement === area)) || $("details.act[open]");
    if (!isBusy) $("#show-change", notice)?.click();
  }

  document.addEventListener("htmx:load", (event) => {
    const element = event.detail.elt;
    if (!element.matches) return;
    if (element.matches("#main, body")) begin();
    if (element.matches("#check-state")) showGate();
    const moved = element.matches("[data-moved]") ? element : $("[data-moved]", element);
    if (moved) followChange(moved);
  });
  document.addEventListener("input", (event) => {
    if (event.target.id !== "text") return;
    remember(event.target);
    showState(event.target);
    $("#approve")?.setAttribute("aria-disabled", "false"); // the checks follow; until then the server decides
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "accept") showGate();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    const area = editor();
    if (!button || !area) return;
    if (button.dataset.use !== undefined) setText(area, button.dataset.use);
    if (button.id === "reset") setText(area, area.dataset.draft);
    if (button.id === "bring-back" && offered !== null) {
      setText(area, offered);
      $("#kept-note").hidden = true;
    }
    if (button.dataset.select) {
      const [start, end] = button.dataset.select.split(",").map(Number);
      const before = area.value.length - area.value.trimStart().length;
      area.focus();
      area.setSelectionRange(start + before, end + before);
    }
  });
  document.addEventListener("replyassist:edit", () => {
    const area = editor();
    if (!area) return;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "text" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      window.replyassist.press($("#approve"));
    }
  });
  // What was decided needs no keeping; a refused act shows the same item again and keeps it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    const decided = target.id === "main" && requestConfig.verb === "post" && xhr.status < 400;
    if (decided && /\/(approve|reject|escalate)(\?|$)/.test(requestConfig.path)) sessionStorage.removeItem(keyOf());
  });
})();
