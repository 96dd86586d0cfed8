// The queue's list: moving in it, choosing rows, loading on, and keeping one's place through live changes and acts.
(() => {
  "use strict";

  const MOST_TOLD = 300; // rows of which the server is told what the page shows
  const LAST = "last-item";
  const ROWS = "queue-rows";
  const SCROLL = "queue-scroll";
  let focusedBefore = null; // the row that had the focus when a change came
  let moveOn = false; // J went past the last row: go to the next one once it is here
  let lastPicked = null;
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isQueue = () => $("#main")?.dataset.page === "queue";
  const boxes = () => all("#rows .pick input");

  // Moving -------------------------------------------------------------------------------------

  function focusRow(row) {
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function lastRow() {
    return $(`#row-${CSS.escape(sessionStorage.getItem(LAST) || "none")}`);
  }

  function moveRow(step) {
    const rows = all("#rows .row");
    if (!rows.length) return;
    const line = document.activeElement?.closest?.(".queue-line");
    let index = line ? rows.indexOf($(".row", line)) : -1;
    if (index < 0) {
      const last = lastRow();
      index = last ? rows.indexOf(last) - (step > 0 ? 1 : -1) : step > 0 ? -1 : rows.length;
    }
    if (index + step >= rows.length && loadOn()) return;
    focusRow(rows[Math.min(rows.length - 1, Math.max(0, index + step))]);
  }

  function loadOn() {
    const more = $("#more a");
    if (!more) return false;
    if (!moveOn) more.click();
    moveOn = true;
    return true;
  }

  function backToRow() {
    const row = lastRow();
    const top = Number(sessionStorage.getItem(SCROLL) || 0);
    row?.focus({ preventScroll: true });
    setTimeout(() => { // htmx has shown the top by then
      window.scrollTo({ top });
      row?.scrollIntoView({ block: "nearest" });
    });
    return Boolean(row);
  }

  // Choosing rows ------------------------------------------------------------------------------

  function showPicked() {
    const form = $("#bulk");
    if (!form) return;
    const picked = boxes().filter((box) => box.checked).length;
    const words = $("#picked");
    words.textContent = picked ? words.dataset.words.replace("{n}", picked) : "";
    words.hidden = !picked;
    form.classList.toggle("is-on", picked > 0);
    $(".bulk-acts", form).hidden = !picked;
    $("#pick-all").checked = picked > 0 && picked === boxes().length;
  }

  function onPick(event) {
    const box = event.target;
    if (box.id === "pick-all") {
      boxes().forEach((each) => { each.checked = box.checked; });
    } else if (!box.matches?.("#rows .pick input")) {
      return;
    } else {
      lastPicked = box.closest(".queue-line").id;
    }
    showPicked();
  }

  function pickRange(event) {
    const box = event.target.closest?.("#rows .pick input");
    const from = lastPicked && document.getElementById(lastPicked);
    if (!box || !event.shiftKey || !from) return;
    const lines = all("#rows .queue-line");
    const ends = [lines.indexOf(from), lines.indexOf(box.closest(".queue-line"))].sort((a, b) => a - b);
    lines.slice(ends[0], ends[1] + 1).forEach((line) => { const each = $(".pick input", line); if (each) each.checked = box.checked; });
  }

  function onKey(event) {
    if (!isQueue() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if ($("dialog[open]") || window.replyassist.isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      event.preventDefault();
      moveRow(key === "j" ? 1 : -1);
    } else if (key === "/") {
      event.preventDefault();
      $("#filters [name=q]").focus();
    } else if (key === "x") {
      const box = $(".pick input", document.activeElement?.closest?.(".queue-line") || document.createElement("i"));
      if (box) box.click();
    } else if (key === "escape" && boxes().some((box) => box.checked)) {
      boxes().forEach((box) => { box.checked = false; });
      showPicked();
    }
  }

  // Live changes -------------------------------------------------------------------------------

  function tellWhatIsShown(event) {
    const { elt, parameters, headers } = event.detail;
    const lines = all("#rows .queue-line");
    headers["X-Queue-Rows"] = isQueue() ? lines.length : Number(sessionStorage.getItem(ROWS) || 0); // kept through redirects
    const [tabs, more] = [$("#tabs"), $("#more")];
    if (elt.id === "live" && tabs && more) { // not while another page takes the list's place
      const told = lines.slice(0, MOST_TOLD);
      parameters.set("shown", told.map((line) => `${line.dataset.seen.split(":")[0]}-${line.dataset.digest}`).join(","));
      parameters.set("counts", tabs.dataset.digest);
      if (told.length === lines.length) parameters.set("more", more.dataset.cursor);
    }
  }

  function beforeChange(event) {
    const line = event.detail.target?.closest?.(".queue-line");
    const active = document.activeElement;
    if (line && line.contains(active) && active.closest(".queue-line")) {
      const lines = all("#rows .queue-line");
      focusedBefore = { id: active.id, pick: active.matches("input"), at: lines.indexOf(line), line: line.id };
    }
    const box = line && $(".pick input", line);
    if (box?.checked) line.parentElement.dataset.picked = [line.parentElement.dataset.picked, box.value].join(" ");
  }

  function afterChange() {
    const list = $("#rows");
    if (!list) return;
    const picked = new Set((list.dataset.picked || "").split(" "));
    delete list.dataset.picked;
    boxes().forEach((box) => { if (picked.has(box.value)) box.checked = true; });
    if (focusedBefore && !list.contains(document.activeElement)) {
      const lines = all(".queue-line", list);
      const line = document.getElementById(focusedBefore.line) || lines[Math.min(lines.length - 1, focusedBefore.at)];
      if (line) (focusedBefore.pick && $(".pick input", line) || $(".row", line)).focus({ preventScroll: true });
    }
    focusedBefore = null;
    showPicked();
  }

  function onLoad(event) {
    const element = event.detail.elt;
    if (!element.matches) return;
    if (element.matches(".queue-line") && !element.dataset.old) {
      if (!moveOn) $(".row", element).classList.add("fresh");
    }
    if (element.matches(".queue-line") && moveOn) {
      moveOn = false;
      focusRow($(".row", element));
    }
    if (isQueue() && (element.id === "main" || element === document.body)) {
      all(".bulk .all").forEach((part) => { part.hidden = false; });
      showPicked();
    }
  }

  function keepPlace() {
    if (!isQueue()) return;
    sessionStorage.setItem(ROWS, all("#rows .queue-line").length);
    sessionStorage.setItem(SCROLL, Math.round(window.scrollY));
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("change", onPick);
  document.addEventListener("click", pickRange, true);
  document.addEventListener("htmx:configRequest", tellWhatIsShown);
  document.addEventListener("htmx:oobBeforeSwap", beforeChange);
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt.id === "live") afterChange(); });
  document.addEventListener("htmx:load", onLoad);
  document.addEventListener("htmx:beforeRequest", keepPlace);
  window.addEventListener("pagehide", keepPlace);
  window.replyassist.backToRow = backToRow;
})();
