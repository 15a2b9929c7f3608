// Keeps what is typed in a form as a draft on the server, and puts it back. See shared/drafts.
"use strict";

for (const box of document.querySelectorAll("[data-draft]:not([data-on])")) {
  box.dataset.on = "1"; // a page with two forms has this script twice
  const form = box.closest("form");
  const said = box.querySelector("[role=status]");
  const restored = box.querySelector("[data-restored]");
  const old = box.querySelector("script[type='application/json']");
  // a number that stays with this tab when the page is opened again; what is typed is never here
  const tab = (sessionStorage.tab ||= crypto.getRandomValues(new Uint32Array(2)).join("-"));
  let wait = 0;
  let pause = 2000;
  let asked = null;
  let done = false;

  const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
  const skipped = (field) =>
    !field.name ||
    ["csrfmiddlewaretoken", "draft_key"].includes(field.name) ||
    ["password", "file", "submit", "button"].includes(field.type);

  const values = () => {
    const found = {};
    for (const field of form.elements) {
      if (skipped(field)) continue;
      if (field.type === "radio") {
        if (field.checked) found[field.name] = field.value;
      } else if (field.type === "checkbox") {
        found[field.name] = [found[field.name], field.checked ? field.value : ""].filter(Boolean).join("\n");
      } else if (field.type === "select-multiple") {
        found[field.name] = Array.from(field.selectedOptions, (one) => one.value).join("\n");
      } else {
        found[field.name] = field.value;
      }
    }
    return found;
  };

  const put = (kept) => {
    for (const field of form.elements) {
      if (skipped(field) || !(field.name in kept)) continue;
      const chosen = kept[field.name].split("\n");
      if (field.type === "radio") field.checked = field.value === kept[field.name];
      else if (field.type === "checkbox") field.checked = chosen.includes(field.value);
      else if (field.type === "select-multiple")
        for (const one of field.options) one.selected = chosen.includes(one.value);
      else field.value = kept[field.name];
    }
  };

  const send = async (body) => {
    if (asked) asked.abort();
    asked = new AbortController();
    const data = new URLSearchParams({ csrfmiddlewaretoken: token(), key: box.dataset.draft, tab, ...body });
    return fetch(box.dataset.url, { method: "POST", body: data, redirect: "manual", signal: asked.signal });
  };

  const later = (time) => {
    clearTimeout(wait);
    if (!done) wait = setTimeout(keep, time);
  };

  async function keep() {
    try {
      const answer = await send({ values: JSON.stringify(values()) });
      if (done) return;
      if (answer.ok) {
        const kept = await answer.json();
        said.textContent = (kept.replaced ? box.dataset.replaced : box.dataset.kept).replace("{time}", kept.time);
        pause = 2000;
        return;
      }
      said.textContent = answer.status === 413 ? box.dataset.much : answer.status >= 500 ? box.dataset.offline : box.dataset.out;
      if (answer.status === 413) return;
    } catch (error) {
      if (error.name === "AbortError") return;
      said.textContent = box.dataset.offline;
    }
    pause = Math.min(pause * 2, 30000);
    later(pause);
  }

  // a form that comes back with refusals shows what was posted: that is newer than any draft
  if (old && !form.querySelector(".problem")) {
    put(JSON.parse(old.textContent));
    restored.hidden = false;
    restored.querySelector("[data-forget]").addEventListener("click", async () => {
      done = true;
      clearTimeout(wait);
      try {
        await send({ forget: "1" });
        location.reload();
      } catch {
        done = false;
        said.textContent = box.dataset.offline;
      }
    });
  }

  form.addEventListener("input", () => later(1000));
  form.addEventListener("change", () => later(1000));
  form.addEventListener("submit", () => {
    done = true;
    clearTimeout(wait);
    if (asked) asked.abort();
  });
  addEventListener("online", () => {
    if (pause > 2000) later(0);
  });
}
