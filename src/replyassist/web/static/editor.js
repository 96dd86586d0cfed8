// The editor: keeps what is typed, shows what the checks say, and says when Approve is possible.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const editor = () => $("#text");
  const keyOf = () => `own-text:${$("#main").dataset.item}`;
  let offered = null;
  let beforeInsertion = null;

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
    const { unit, most } = $("#counter").dataset;
    const count = COUNTS[unit]?.(area.value.trim());
    if (count !== undefined) showCount(count, count > Number(most));
    $("#own-note").hidden = !(isOwn(area) && area.value.trim() && area.dataset.draft);
    $("#reset").hidden = false;
  }

  // What is counted in another way (weighted, with links) follows with the checks.
  const COUNTS = {
    characters: (text) => [...text].length,
    utf16: (text) => text.length,
    bytes: (text) => new TextEncoder().encode(text).length,
    graphemes: (text) => (window.Intl?.Segmenter ? [...new Intl.Segmenter().segment(text)].length : undefined),
  };

  function showCount(count, isOver) {
    const counter = $("#counter");
    counter.textContent = `${count} / ${counter.dataset.most}`;
    counter.classList.toggle("over", isOver);
  }

  // The first that was found; what is still being looked for is waited for.
  function insertFirst() {
    const found = $("#picked");
    if (found.dataset.query !== $("#pick-q").value) found.dataset.insertFirst = "";
    else $("[data-insert]", found)?.click();
  }

  // As if it had been typed, so that Ctrl+Z takes it back. The focus goes back to where it was.
  function setText(area, text) {
    const focused = document.activeElement;
    area.focus();
    area.select();
    if (area.readOnly || !document.execCommand("insertText", false, text)) {
      area.value = text;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (focused !== area) {
      area.blur();
      focused.focus?.({ preventScroll: true });
    }
    window.htmx?.trigger(area, "recheck");
  }

  // At the caret, or instead of all; the editor stays in focus, to write on.
  function insert(area, text, { instead = false } = {}) {
    if (area.readOnly) return;
    beforeInsertion = area.value;
    area.closest(".editor").querySelectorAll("details.act[open]").forEach((panel) => { panel.open = false; });
    area.focus();
    if (instead) area.select();
    if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    $("#undo-insert").hidden = false;
    window.htmx?.trigger(area, "recheck");
    const search = $("#pick-q");
    if (!search?.value) return;
    search.value = "";
    window.htmx?.trigger(search, "search");
  }

  // Behind the sentence that it follows in the template, where the text still has that one; else at the end.
  function add(area, sentence, after) {
    const said = after.replace(/[.!]$/, "").toLowerCase();
    const at = said ? area.value.toLowerCase().lastIndexOf(said) : -1;
    const end = at + said.length;
    const place = at < 0 ? area.value.trimEnd().length : end + area.value.slice(end).match(/^[.!?]*/)[0].length;
    area.focus();
    area.setSelectionRange(place, place);
    insert(area, `${place ? " " : ""}${sentence}`);
  }

  function setClosed(closed) {
    document.querySelectorAll("#approve, #later button").forEach((button) => button.setAttribute("aria-disabled", String(closed)));
  }

  function showGate() {
    const approve = $("#approve");
    const state = $("#check-state");
    if (!approve || !state || approve.disabled) return;
    showCount(Number(state.dataset.count), state.dataset.fits === "false");
    const gate = state.dataset.gate;
    const closed = gate === "closed" || (gate === "accept" && !$("#accept")?.checked);
    setClosed(closed);
    document.querySelectorAll("[data-select]").forEach((button) => { button.hidden = false; });
    window.replyassist?.announce(state.dataset.summary);
  }

  function begin() {
    const area = editor();
    if (!area) return;
    document.querySelectorAll("#edit, [data-use], [data-add], .inserts > [data-replace]").forEach((button) => { button.hidden = false; });
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
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.id !== "picked" || !$("#pick-q")) return;
    target.dataset.query = requestConfig.parameters.q; // an answer to fewer letters may still come while more are typed
    const wasAsked = "insertFirst" in target.dataset;
    delete target.dataset.insertFirst;
    if (wasAsked) insertFirst();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id !== "text") return;
    remember(event.target);
    showState(event.target);
    setClosed(false); // the checks follow; until then the server decides
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "accept") showGate();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    const area = editor();
    if (!button || !area) return;
    if (button.dataset.use !== undefined) setText(area, button.dataset.use);
    if (button.dataset.insert !== undefined) insert(area, button.dataset.insert);
    if (button.dataset.add !== undefined) add(area, button.dataset.add, button.dataset.after);
    if (button.dataset.replace !== undefined) insert(area, button.dataset.replace, { instead: true });
    if (button.id === "undo-insert" && beforeInsertion !== null) {
      setText(area, beforeInsertion);
      button.hidden = true;
    }
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
  // A time that nobody sees any more is not meant.
  document.addEventListener("toggle", (event) => {
    if (event.target.id === "later" && !event.target.open) $("#send-at").value = "";
  }, true);
  document.addEventListener("replyassist:edit", () => {
    const area = editor();
    if (!area) return;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "pick-q" && event.key === "Enter") {
      event.preventDefault();
      insertFirst();
    }
    if (event.target.id === "send-at" && event.key === "Enter") {
      event.preventDefault();
      window.replyassist.press($("#approve-later"));
    }
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
