// Keyboard and messages. Everything here is a convenience: the pages work without it.
(() => {
  "use strict";

  const LOOK_MS = 500; // an act counts only when the item has been on the screen for so long
  const CLAIM_FIRST_MS = 3000;
  const CLAIM_EVERY_MS = 120000;
  const ACTS = new Set(["a", "n"]);
  let shownAt = performance.now();
  let busy = false; // a request for another main part is on its way
  let leavingMain = null;
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const main = () => $("#main");

  // Messages -----------------------------------------------------------------------------------

  const translations = JSON.parse($("meta[name=words]")?.content || "{}");
  const say = (message) => translations[message] || message;  // scripts/messages.py gathers what is said

  function announce(text) {
    const place = $("#announce");
    if (place && place.textContent !== text) place.textContent = text;
  }

  function toast(text, { problem = false } = {}) {
    const box = document.createElement("div");
    box.className = problem ? "toast problem" : "toast";
    const words = document.createElement("span");
    words.className = "toast-text";
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "quiet close";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", say("Dismiss"));
    close.textContent = "×";
    box.append(words, close);
    $("#toasts").replaceChildren(box);
    startToast(box);
  }

  function startToast(box) {
    if (box.dataset.started) return;
    box.dataset.started = "1";
    all("[data-dismiss]", box).forEach((button) => { button.hidden = false; });
    let left = Number(box.dataset.seconds || 0);
    if (!left) {
      if (!box.classList.contains("problem")) setTimeout(() => box.remove(), 8000);
      return;
    }
    const timer = setInterval(() => {
      left -= 1;
      const number = $("[data-countdown]", box);
      if (number) number.textContent = String(Math.max(0, left));
      if (left > 0 && box.isConnected) return;
      clearInterval(timer);
      if (box.hidden) return;
      $(".toast-text", box).textContent = say("Approved. It is on its way.");
      $("form", box)?.remove();
      setTimeout(() => box.remove(), 3000);
    }, 1000);
  }

  // Keyboard -----------------------------------------------------------------------------------

  const isTyping = (element) =>
    element.matches?.("textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])");

  function whyNot(button) {
    const ids = (button.getAttribute("aria-describedby") || "").split(" ");
    const words = ids.map((id) => document.getElementById(id)?.textContent.trim()).filter(Boolean).join(" ");
    return words || button.title || say("This is not possible now.");
  }

  function press(button) {
    const folded = button.matches("summary") ? null : button.closest("details:not([open])");
    if (folded && !folded.matches(".act")) {
      folded.open = true;
      button.focus();
    } else if (button.disabled || button.getAttribute("aria-disabled") === "true") {
      toast(whyNot(button), { problem: true });
    } else if (button.tagName === "SUMMARY") {
      const panel = button.parentElement;
      panel.open = !panel.open;
      if (panel.open && panel.matches(".act")) enter(panel);
    } else if (button.id === "edit") {
      document.dispatchEvent(new CustomEvent("replyassist:edit"));
    } else if (button.matches("select, textarea")) {
      button.focus();
    } else {
      button.click();
    }
  }

  function enter(panel) {
    if ($(".pop", panel).contains(document.activeElement)) return;
    const field = $("[data-number]", panel) ? $("summary", panel) : $("input:not([type=hidden]), select", panel);
    field.focus();
  }

  function onEscape() {
    const panel = $("details.act[open], details.menu[open]");
    if (panel) {
      panel.open = false;
      $("summary", panel).focus();
    } else if (isTyping(document.activeElement)) {
      document.activeElement.blur();
    }
  }

  function pickReason(key) {
    const choice = $(`details.act[open] [data-number="${key}"]`);
    if (choice?.matches("button")) choice.click();
    const radio = choice?.matches("input") ? choice : null;
    if (!radio) return Boolean(choice);
    radio.checked = true;
    (radio.value === "other" ? $("#reject-note") : radio).focus();
    return true;
  }

  // The one that can be seen; else one that is folded away, which is shown first.
  function buttonFor(key) {
    const found = all(`#toasts [data-key="${key}"], #main [data-key="${key}"]`).filter((one) => !one.closest("[hidden]"));
    return found.find((one) => one.closest("#toasts")) || found.find((one) => one.checkVisibility()) || found[0];
  }

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if ($("dialog[open]")) return;
    if (event.key === "Escape") return void onEscape();
    if (isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "?") return void $("#help")?.showModal();
    if (event.repeat) return;
    if (/^[1-9]$/.test(key) && pickReason(key)) return void event.preventDefault();
    if (!/^[a-z1-9+.-]$/.test(key)) return;
    const button = buttonFor(key);
    if (!button) return;
    event.preventDefault();
    if (busy || (ACTS.has(key) && performance.now() - shownAt < LOOK_MS)) return;
    press(button);
  }

  // htmx ---------------------------------------------------------------------------------------

  const isForMain = (detail) => detail.target?.id === "main";

  function beforeRequest(event) {
    if (!isForMain(event.detail)) return;
    if (busy) return void event.preventDefault();
    busy = true;
    const used = event.target.closest(".toast");
    if (used) used.hidden = true; // htmx still needs it until the answer is here
  }

  function afterRequest(event) {
    if (!isForMain(event.detail)) return;
    busy = false;
    all("#toasts .toast[hidden]").forEach((used) => used.remove());
  }

  function beforeSwap(event) {
    const { xhr, target, requestConfig } = event.detail;
    if (!xhr.getResponseHeader("X-Replyassist-Page")) {
      event.detail.shouldSwap = false;
      toast(say("The server answered in a way that this page does not understand (%(status)s). Nothing was lost; try again.").replace("%(status)s", xhr.status), { problem: true });
      return;
    }
    if (target.id === "main") {
      leavingMain = { ...target.dataset, verb: requestConfig.verb };
      if ($("#live")) window.htmx.trigger("#live", "htmx:abort"); // its answer would add to a list that already has it
    }
    if (target.id === "live" && busy) event.detail.shouldSwap = false; // somebody is on the way to another page
  }

  function afterMainSwap(element) {
    shownAt = performance.now();
    if (leavingMain) {
      const stays = leavingMain.item && leavingMain.item === element.dataset.item;
      if (leavingMain.item && !stays && leavingMain.verb === "get") release(leavingMain.item);
      const isBack = element.dataset.page === "queue" && (leavingMain.item || leavingMain.verb !== "get"); // no new list
      leavingMain = null;
      if (!isBack || !window.replyassist.backToRow()) $("h1", element)?.focus({ preventScroll: true });
    }
    if (element.dataset.item) sessionStorage.setItem("last-item", element.dataset.item);
  }

  // The header stays when the main part changes.
  function showPlace() {
    all(".top nav a").forEach((link) => {
      if (location.pathname.startsWith(link.getAttribute("href"))) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    $("#tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function onLoad(event) {
    const element = event.detail.elt;
    if (!element.querySelectorAll) return;
    const found = (selector) => (element.matches(selector) ? [element] : all(selector, element));
    found(".toast").forEach(startToast);
    found(".keys, #help-button").forEach((part) => { part.hidden = false; });
    found("[data-filter-button]").forEach((part) => { part.hidden = true; });
    found("#main").forEach(afterMainSwap);
  }

  function onFailure(event) {
    if (isForMain(event.detail)) toast(say("No connection to the server. Nothing was lost; try again in a moment."), { problem: true });
  }

  // Live updates -------------------------------------------------------------------------------

  function showLive(state) {
    const place = $("#live-state");
    if (!place || place.dataset.state === state) return;
    place.dataset.state = state;
    place.textContent = state === "on" ? say("Live") : say("Reconnecting …");
    place.hidden = false;
    if (state === "on") all("#live, #watch").forEach((part) => window.htmx.trigger(part, "sse:review")); // what was missed
  }

  // Claims -------------------------------------------------------------------------------------

  function post(item, act) {
    const form = new FormData();
    form.append("csrf_token", $("input[name=csrf_token]")?.value || "");
    return [`/queue/${item}/${act}`, form];
  }

  function release(item) {
    navigator.sendBeacon(...post(item, "release"));
  }

  function keepClaim() {
    const page = main();
    if (document.visibilityState !== "visible" || !page || !("claimed" in page.dataset)) return;
    const [url, body] = post(page.dataset.item, "claim");
    fetch(url, { method: "POST", body }).catch(() => {});
  }

  // Wiring -------------------------------------------------------------------------------------

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const stopped = event.target.closest?.("[aria-disabled=true]");
    if (stopped) {
      event.preventDefault();
      event.stopPropagation();
      return void toast(whyNot(stopped), { problem: true });
    }
    if (event.target.closest?.("[data-dismiss]")) event.target.closest(".toast").remove();
    if (event.target.closest?.("#help-button")) $("#help")?.showModal();
    if (event.target.closest?.("#edit")) document.dispatchEvent(new CustomEvent("replyassist:edit"));
    const panel = $("details.act[open]");
    if (panel && !panel.contains(event.target)) panel.open = false;
    const menu = $("details.menu[open]");
    if (menu && (!menu.contains(event.target) || event.target.closest("a"))) menu.open = false;
  }, true);
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.act") && event.target.open) enter(event.target);
  }, true);
  document.addEventListener("change", (event) => {
    if (event.target.matches(".filters select")) event.target.form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/logout") sessionStorage.clear();
  });
  document.addEventListener("htmx:beforeRequest", beforeRequest);
  document.addEventListener("htmx:afterRequest", afterRequest);
  document.addEventListener("htmx:beforeSwap", beforeSwap);
  document.addEventListener("htmx:load", onLoad);
  for (const moved of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) document.addEventListener(moved, showPlace);
  document.addEventListener("htmx:sendError", onFailure);
  document.addEventListener("htmx:timeout", onFailure);
  document.addEventListener("htmx:sseOpen", () => showLive("on"));
  document.addEventListener("htmx:sseError", () => showLive("off"));
  window.addEventListener("pagehide", () => {
    const page = main();
    if (page?.dataset.item) release(page.dataset.item);
  });
  setTimeout(keepClaim, CLAIM_FIRST_MS);
  setInterval(keepClaim, CLAIM_EVERY_MS);
  window.replyassist = { say, announce, toast, press, isTyping };
})();
