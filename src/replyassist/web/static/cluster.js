// Messages that ask the same: moving, taking out, editing, and when all of them have been on the screen.
(() => {
  "use strict";

  const KEEP_MS = 120000;
  const MARGIN = "-56px 0px -84px 0px"; // what the bars at the top and the bottom cover
  const seen = new Set(); // item, version and digest of the text: another text has to be seen anew
  const timers = new Map();
  let observer = null;
  let place = null; // which message had the focus, and how far the page was scrolled
  let leaving = "";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const page = () => $("#main[data-page=cluster]");
  const members = () => all("#main .member");
  const together = () => all("#main .member:not(.is-apart)");
  const current = () => document.activeElement?.closest?.(".member");

  // What has been seen -------------------------------------------------------------------------

  function showSeen() {
    const state = $("#seen-state");
    if (!state) return;
    const cards = together();
    const done = cards.filter((card) => seen.has(card.dataset.seenAs));
    done.forEach((card) => { $(".seen-mark", card).hidden = false; });
    const isAll = done.length === cards.length;
    state.textContent = isAll ? state.dataset.all : state.dataset.some.replace("{n}", done.length);
    $("#read-all").checked = isAll;
    all("#approve-all, .needs-reading").forEach((button) => button.setAttribute("aria-disabled", String(!isAll)));
  }

  function onSight(entries) {
    for (const { target, isIntersecting } of entries) {
      const card = target.closest(".member");
      clearTimeout(timers.get(card));
      if (!isIntersecting || seen.has(card.dataset.seenAs)) continue;
      timers.set(card, setTimeout(() => {
        if (document.visibilityState !== "visible" || !card.isConnected) return;
        seen.add(card.dataset.seenAs);
        showSeen();
      }, Number(card.dataset.look)));
    }
  }

  function watch() {
    observer?.disconnect();
    observer = new IntersectionObserver(onSight, { rootMargin: MARGIN });
    together().forEach((card) => observer.observe($(".end", card)));
    $(".read-all").hidden = true;
    showSeen();
  }

  // Keys ---------------------------------------------------------------------------------------

  function move(step) {
    const cards = members();
    const at = cards.indexOf(current());
    const next = cards[Math.min(cards.length - 1, Math.max(0, at + step))];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "center" });
  }

  function edit(card) {
    const details = $(".edit", card);
    if (!details) return;
    details.open = true;
    const area = $("textarea", details);
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }

  function onKey(event) {
    if (!page() || event.defaultPrevented || event.altKey || event.isComposing || $("dialog[open]")) return;
    const card = current();
    if (event.target.matches("textarea")) {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      return void $("[data-show]", card).click();
    }
    if (event.key === "Enter" && event.target.matches("details.act input")) {
      event.preventDefault();
      return void window.replyassist.press($(".pop .button", event.target.closest("details")));
    }
    if (event.ctrlKey || event.metaKey || event.repeat || window.replyassist.isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    const act = { j: () => move(1), k: () => move(-1), e: () => edit(card), t: () => $("[data-take-out]", card)?.click() }[key];
    if (!act || (!card && "et".includes(key))) return;
    event.preventDefault();
    act();
  }

  // The page comes and goes --------------------------------------------------------------------

  function post(address, act) {
    const form = new FormData();
    form.append("csrf_token", $("input[name=csrf_token]")?.value || "");
    return [`${address}/${act}`, form];
  }

  function beforeRequest(event) {
    if (event.detail.target?.id !== "main" || !page()) return;
    place = { at: members().indexOf(current()), top: window.scrollY };
    leaving = page().dataset.address;
  }

  function onLoad(event) {
    const element = event.detail.elt;
    if (element.id !== "main" && element !== document.body) return;
    if (!page()) {
      if (leaving) navigator.sendBeacon(...post(leaving, "release"));
      leaving = "";
      return;
    }
    watch();
    if (place && leaving === page().dataset.address) {
      const cards = members();
      cards[Math.min(cards.length - 1, place.at)]?.focus({ preventScroll: true });
      if (!$("[role=alert]")) window.scrollTo({ top: place.top });
      else window.scrollTo({ top: 0 });
    }
    place = null;
    leaving = "";
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:beforeRequest", beforeRequest);
  document.addEventListener("htmx:load", onLoad);
  window.addEventListener("pagehide", () => {
    if (page()) navigator.sendBeacon(...post(page().dataset.address, "release"));
  });
  setInterval(() => {
    if (!page() || document.visibilityState !== "visible") return;
    const [url, body] = post(page().dataset.address, "claim");
    fetch(url, { method: "POST", body }).catch(() => {});
  }, KEEP_MS);
})();
