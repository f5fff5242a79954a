/* What a page does by itself. Without this script everything still works: forms are sent, pages
   are loaded again. With it: nothing is sent twice by a hurried hand, what was typed is not left
   behind unnoticed, a lost connection says so, and codes can be copied. */
"use strict";
(() => {
  const CHECK_MS = 5000;
  const BACK_MS = 4000;

  /* A form is sent once. The server would do it once anyway: this is for the eye. */
  const sent = new WeakSet();
  const asksFirst = (form) => form.method === "post" && !form.hasAttribute("hx-post") && !form.hasAttribute("data-downloads");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !asksFirst(form)) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    edited.delete(form);
    const button = event.submitter || form.querySelector("button:not([type=button])");
    if (button) button.setAttribute("aria-busy", "true");
  });

  /* Coming back by the browser's own button finds the form as it was left, ready to be sent. */
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) sent.delete(form);
    for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
  });

  /* Leaving with something typed asks first, where a form says that it is worth it. */
  const edited = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-guarded")) edited.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of edited) {
      if (form.isConnected) event.preventDefault();
    }
  });

  /* Our own words stand beside the fields, so the browser's need not. */
  const quieten = (root) => {
    for (const form of root.querySelectorAll("form[method=post]")) form.noValidate = true;
  };

  /* The connection: what the browser says, what htmx meets, and asking again until it is back. */
  const banner = document.getElementById("lost");
  let asking = 0;
  const lost = () => {
    if (!banner || asking) return;
    banner.textContent = banner.dataset.lost;
    banner.classList.remove("back");
    banner.hidden = false;
    asking = window.setInterval(ask, CHECK_MS);
  };
  const back = () => {
    if (!banner || !asking) return;
    window.clearInterval(asking);
    asking = 0;
    banner.textContent = banner.dataset.back;
    banner.classList.add("back");
    window.setTimeout(() => { if (!asking) banner.hidden = true; }, BACK_MS);
    for (const element of document.querySelectorAll("[hx-get][hx-trigger]")) {
      if (window.htmx) window.htmx.trigger(element, "back");
    }
  };
  const ask = () => {
    const style = document.querySelector("link[rel=stylesheet]");
    fetch(style.href, { method: "HEAD", cache: "no-store" }).then((answer) => { if (answer.ok) back(); }, () => {});
  };
  window.addEventListener("offline", lost);
  window.addEventListener("online", ask);
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, lost);
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) back(); });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 502 || status === 503 || status === 504) lost();
  });

  /* Where an answer comes from another address, such as the door's, the whole page goes there. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, pathInfo } = event.detail;
    const came = xhr.responseURL && new URL(xhr.responseURL).pathname;
    const asked = pathInfo && new URL(pathInfo.requestPath, window.location.href).pathname;
    if (!came || !asked || came === asked) return;
    event.detail.shouldSwap = false;
    window.location.reload();
  });

  /* "Copy" puts a code into the clipboard and says so. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copies);
    navigator.clipboard.writeText(source.textContent.trim()).then(() => {
      const before = button.textContent;
      button.textContent = button.dataset.copied;
      window.setTimeout(() => { button.textContent = before; }, BACK_MS);
    });
  });

  /* Sheets and switches close as people expect. */
  const shut = (except) => {
    for (const open of document.querySelectorAll("details.more[open], details.switch[open]")) {
      if (!open.contains(except)) open.open = false;
    }
  };
  document.addEventListener("click", (event) => shut(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.more[open], details.switch[open]");
    if (!open) return;
    shut(null);
    open.querySelector("summary").focus();
  });

  quieten(document);
  document.addEventListener("htmx:load", (event) => quieten(event.detail.elt.parentElement || document));
  for (const button of document.querySelectorAll("[data-copies][hidden]")) button.hidden = Boolean(!navigator.clipboard);
  for (const button of document.querySelectorAll("[data-prints][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
