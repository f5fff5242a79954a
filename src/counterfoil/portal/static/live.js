/* Redemptions as they happen (parts/live.html). Without this script the page shows the latest ones
   there were. With it they come by themselves, at most twice a second, however many there are;
   what comes is written once a frame, and never more rows than fit. */
"use strict";
(() => {
  const ROWS = 20;
  const RENEW_MS = 45000;       // a ticket lasts a minute
  const SAY_MS = 10000;         // who listens to the page is told no more often
  const AGAIN_MS = [1000, 2000, 5000, 15000, 30000];
  const language = document.documentElement.lang || "en";

  /* Decimal texts, so that no cent is lost: as whole numbers of the smallest part. */
  const digitsOf = (text) => (text.split(".")[1] || "").length;
  const minorOf = (text) => BigInt(text.replace(".", ""));
  const textOf = (minor, digits) => {
    if (!digits) return String(minor);
    const whole = String(minor).padStart(digits + 1, "0");
    return `${whole.slice(0, -digits)}.${whole.slice(-digits)}`;
  };
  const written = (text) => {
    const digits = digitsOf(text);
    return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: "always" }).format(text);
  };
  const grouped = (serial) => serial.replace(/(\d{4})(?=\d)/g, "$1 ");

  const watch = (section) => {
    const part = (name) => section.querySelector(`[data-live-${name}]`);
    const body = part("rows");
    const row = part("row");
    const says = part("says");
    const pause = part("pause");
    const first = body.querySelector("tr[data-id]");
    const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: section.dataset.zone });

    let source = null;
    let timer = 0;
    let failures = 0;
    let over = false;
    let paused = false;
    let frame = 0;
    let saidAt = 0;
    let until = 0;
    let newest = first ? Number(first.dataset.id) : 0;
    let coming = [];
    let vouchers = 0;
    const sums = new Map();

    const show = (name) => {
      for (const each of ["on", "paused", "lost"]) part(each).hidden = each !== name;
    };

    const line = (told) => {
      const copy = row.content.cloneNode(true);
      const values = { name: told.name, serial: grouped(told.serial), acceptor: told.acceptor, amount: written(told.amount), currency: told.currency, at: clock.format(new Date(told.at)) };
      for (const each of copy.querySelectorAll("[data-fill]")) each.textContent = values[each.dataset.fill];
      copy.querySelector("time").dateTime = told.at;
      const voucher = copy.querySelector("a[data-fill=serial]");
      if (voucher) voucher.href = section.dataset.voucher + told.serial;
      const merchant = copy.querySelector("a[data-fill=acceptor]");
      if (merchant && told.acceptor_id) merchant.href = section.dataset.merchant + told.acceptor_id;
      copy.querySelector("tr").classList.add("new");
      return copy;
    };

    const render = () => {
      frame = 0;
      if (paused) return;
      const amounts = [...sums].map(([currency, sum]) => `${written(textOf(sum.minor, sum.digits))}\u00a0${currency}`).join(" · ");
      part("count").hidden = false;
      part("vouchers").textContent = new Intl.NumberFormat(language).format(vouchers);
      part("amounts").textContent = amounts;
      part("between").hidden = !amounts;
      if (coming.length) {
        const rows = document.createDocumentFragment();
        for (const told of coming) rows.append(line(told));
        coming = [];
        body.prepend(rows);
        while (body.rows.length > ROWS) body.deleteRow(-1);
        const empty = part("empty");
        if (empty) empty.remove();
      }
      const now = Date.now();
      if (vouchers && now - saidAt > SAY_MS) {
        saidAt = now;
        says.textContent = says.dataset.liveSays.replace("{vouchers}", part("vouchers").textContent).replace("{amounts}", amounts);
      }
    };
    const soon = () => {
      if (!frame && !paused) frame = window.requestAnimationFrame(render);
    };

    /* For a moment two streams may be open; what both bring counts once. */
    const take = (batch) => {
      if (batch.until <= until) return;
      until = batch.until;
      for (const total of batch.totals) {
        const sum = sums.get(total.currency) || { minor: 0n, digits: digitsOf(total.amount) };
        sum.minor += minorOf(total.amount);
        sums.set(total.currency, sum);
        vouchers += total.vouchers;
      }
      const fresh = batch.latest.filter((each) => each.id > newest);
      if (fresh.length) newest = fresh[0].id;
      coming = [...fresh, ...coming].slice(0, ROWS);
      soon();
    };

    const later = (work, milliseconds) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(work, milliseconds);
    };
    const close = () => {
      window.clearTimeout(timer);
      if (source) source.close();
      source = null;
    };
    const lost = () => {
      close();
      show("lost");
      if (!over) later(connect, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
    };

    const listen = () => {
      const fresh = new EventSource(section.dataset.stream);
      fresh.addEventListener("open", () => {
        if (source && source !== fresh) source.close();
        source = fresh;
        failures = 0;
        show(paused ? "paused" : "on");
        later(connect, RENEW_MS);
        soon();
      });
      fresh.addEventListener("redemptions", (event) => take(JSON.parse(event.data)));
      fresh.addEventListener("end", () => { fresh.close(); if (source === fresh) connect(); });
      fresh.addEventListener("error", () => {
        fresh.close();
        if (source === fresh || !source) lost();
      });
    };

    /* Who is signed out, or may not look any more, gets no ticket: then this is over. */
    const connect = () => {
      if (over || document.hidden) return;
      fetch(section.dataset.ticket, { cache: "no-store", redirect: "manual" }).then((answer) => {
        if (answer.status === 204) {
          listen();
        } else {
          over = answer.status < 500;
          lost();
        }
      }, lost);
    };

    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.setAttribute("aria-pressed", String(paused));
      if (source) show(paused ? "paused" : "on");
      soon();
    });
    /* A page that nobody looks at needs no stream: a browser has few for all its pages. */
    document.addEventListener("visibilitychange", () => (document.hidden ? close() : connect()));
    window.addEventListener("pagehide", close);
    window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
    connect();
  };

  for (const section of document.querySelectorAll("[data-live]")) watch(section);
})();
