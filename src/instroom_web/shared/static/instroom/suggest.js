// Suggestions while typing in a search field (ARIA combobox with a list). Without this script the
// form works as it is: it asks the search page.
"use strict";

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const input = form.querySelector("input[name=q]");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  let wait = 0;
  let asked = null;
  let active = -1;

  list.id = `${input.id}-list`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.label);
  list.hidden = true;
  status.className = "hidden";
  status.setAttribute("role", "status");
  form.append(list, status);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const choose = (number) => {
    const options = list.children;
    active = number < -1 ? options.length - 1 : number >= options.length ? -1 : number;
    Array.from(options).forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === active));
    });
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    }
  };

  const close = () => {
    clearTimeout(wait);
    if (asked) asked.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };

  const option = (found, number) => {
    const item = document.createElement("li");
    const title = document.createElement("b");
    const note = document.createElement("span");
    item.id = `${list.id}-${number}`;
    item.setAttribute("role", "option");
    item.dataset.url = found.url;
    title.textContent = found.title;
    note.textContent = found.note;
    item.append(title, note);
    return item;
  };

  const show = (found) => {
    list.replaceChildren(...found.map(option));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent =
      found.length === 1 ? form.dataset.one : form.dataset.many.replace("#", found.length);
    choose(-1);
  };

  const ask = async () => {
    if (asked) asked.abort();
    const mine = new AbortController();
    asked = mine;
    try {
      const address = `${form.dataset.suggest}?q=${encodeURIComponent(input.value.trim())}`;
      const answer = await fetch(address, { signal: mine.signal, credentials: "same-origin" });
      const body = answer.ok ? await answer.json() : { found: [] };
      if (!mine.signal.aborted) show(body.found);
    } catch {
      // Aborted, or no network: the form still works.
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(wait);
    if (input.value.trim().length < 2) close();
    else wait = setTimeout(ask, 100);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden) {
      event.preventDefault();
      choose(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(list.children[active].dataset.url);
    }
  });
  // Not "click": the field would lose the focus first, and the list close.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) location.assign(item.dataset.url);
  });
  input.addEventListener("blur", close);
}
