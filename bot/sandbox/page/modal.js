// Modals: one dialog that shows the top of the person's stack.

import { blocks, words } from "./blocks.js";
import { optionsOf } from "./controls.js";
import { fileSize, h } from "./dom.js";

const dialog = document.getElementById("modal");
let shown = null; // what the dialog was drawn from
let opener = null; // where the focus goes when it closes
let fields = new Map(); // "block_id.action_id" -> () => value

export function rememberOpener() {
  const here = document.activeElement?.dataset?.key || document.activeElement?.id;
  if (!dialog.open && here) opener = here;
}

export function drawModal(view, surface, { submit, close, find }) {
  const form = view && JSON.stringify([view.id, view.hash, view.errors]);
  if (form === shown) return;
  const sameView = shown && view && JSON.parse(shown)[0] === view.id;
  shown = form;
  if (!view) {
    dialog.close();
    dialog.replaceChildren();
    find(opener)?.focus();
    return;
  }
  const typed = sameView ? valuesOf() : {};
  const focused = sameView ? document.activeElement?.dataset?.key : null;
  rememberOpener();
  fields = new Map();
  const full = { ...surface, typed, view, field: (block) => field(block, view, surface, typed) };
  dialog.replaceChildren(frame(view, full, submit, close));
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector("[aria-invalid=true]");
  const back = focused && dialog.querySelector(`[data-key="${CSS.escape(focused)}"]`);
  (wrong ?? back ?? dialog.querySelector("input, textarea, select") ?? dialog.querySelector("h2")).focus();
}

dialog.addEventListener("cancel", (event) => {
  event.preventDefault(); // the server closes it, so that the app may hear of it
  dialog.dispatchEvent(new Event("closing"));
});

function frame(view, surface, submit, close) {
  const whole = view.errors[""];
  const leave = () => close();
  dialog.removeEventListener("closing", dialog.leave);
  dialog.addEventListener("closing", (dialog.leave = leave));
  return h("form", {
    novalidate: true,
    onsubmit: async (event) => {
      event.preventDefault();
      const button = dialog.querySelector("[type=submit]");
      if (!button || button.getAttribute("aria-busy") === "true") return;
      button.setAttribute("aria-busy", "true");
      try { await submit(valuesOf()); } finally { button.removeAttribute("aria-busy"); }
    },
  },
  h("header", {}, h("h2", { id: "modal-title", tabindex: "-1" }, view.title)),
  whole ? h("p", { class: "error", role: "alert" }, whole) : null,
  h("div", { class: "modal-body" }, blocks(view.blocks.map((block, place) => ({ ...block, place })), surface)),
  h("footer", { class: "row" },
    h("button", { type: "button", onclick: leave }, view.close ?? "Close"),
    view.submit ? h("button", { type: "submit", class: "primary" }, view.submit) : null));
}

function valuesOf() {
  return Object.fromEntries([...fields].map(([name, value]) => [name, value()]));
}

// An input block: label, control, hint, error; what was typed survives a new drawing.
function field(block, view, surface, typed) {
  const { element } = block;
  const name = `${block.block_id}.${element.action_id}`;
  const id = `field-${name}`;
  const error = view.errors[block.block_id];
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const common = {
    id, "data-key": name, "aria-invalid": error ? "true" : undefined,
    "aria-describedby": described || undefined, "aria-required": block.optional ? undefined : "true",
  };
  const label = [words(block.label, surface), block.optional ? h("span", { class: "quiet" }, " (optional)") : null];
  const known = view.values[block.block_id]?.[element.action_id] ?? {};
  const { node, value, group } = entry(element, common, typed[name] ?? current(known), surface);
  fields.set(name, value);
  if (block.dispatch_action) {
    node.addEventListener("change", () => surface.act(name, value(), valuesOf()));
  }
  const extra = [
    block.hint ? h("p", { id: `${id}-hint`, class: "quiet" }, block.hint.text) : null,
    error ? h("p", { id: `${id}-error`, class: "error" }, error) : null,
  ];
  if (group) return h("fieldset", { class: "field" }, h("legend", {}, label), node, extra);
  return h("div", { class: "field" }, h("label", { for: id }, label), node, extra);
}

function current(state) {
  const [, value] = Object.entries(state).find(([name]) => name !== "type") ?? [];
  if (Array.isArray(value)) return value.map((each) => each.value ?? each);
  return value?.value ?? value ?? "";
}

const chosenFiles = new Map(); // id -> what was chosen, for drawing a field anew

// Files go to the workspace as soon as they are chosen, as in Slack; the field holds their ids.
function fileField(element, common, value, surface) {
  const ids = [value].flat().filter(Boolean).map((each) => each.id ?? each);
  const list = h("ul", { class: "files", id: `${common.id}-chosen` });
  const trouble = h("p", { class: "error", role: "alert" });
  const input = h("input", {
    ...common, type: "file", multiple: (element.max_files ?? 10) > 1,
    accept: element.filetypes?.map((each) => `.${each}`).join(","),
    onchange: async () => {
      trouble.textContent = "";
      for (const file of [...input.files]) {
        try {
          const kept = await surface.upload(file);
          chosenFiles.set(kept.id, kept);
          ids.push(kept.id);
        } catch (error) { trouble.textContent = error.message; }
      }
      input.value = "";
      draw();
    },
  });
  function draw() {
    list.replaceChildren(...ids.map((id) => {
      const file = chosenFiles.get(id) ?? { name: "a file", size: 0 };
      return h("li", {}, `${file.name}, ${fileSize(file.size)} `, h("button", {
        type: "button", class: "plain", "aria-label": `Take ${file.name} out`,
        onclick: () => { ids.splice(ids.indexOf(id), 1); draw(); input.focus(); },
      }, "Take out"));
    }));
  }
  [value].flat().filter((each) => each?.id).forEach((each) => chosenFiles.set(each.id, each));
  draw();
  return { node: h("div", {}, input, list, trouble), value: () => [...ids], group: false };
}

function entry(element, common, value, surface) {
  if (element.type === "checkboxes" || element.type === "radio_buttons") return choices(element, common, value, surface);
  if (element.type === "file_input") return fileField(element, common, value, surface);
  if (element.type === "external_select") return suggestions(element, common, value, surface);
  const chooses = element.type.endsWith("select");
  const node = chooses ? select(element, common, value, surface) : text(element, common, value);
  const many = element.type.startsWith("multi_");
  const read = () => (many ? [...node.selectedOptions].map((each) => each.value) : node.value);
  return { node, value: read, group: false };
}

// A select whose options the app gives while somebody types.
function suggestions(element, common, value, surface) {
  const found = h("select", { "aria-label": "What was found", hidden: !value },
    value ? h("option", { value }, value) : null);
  const status = h("p", { class: "quiet", role: "status" });
  const name = common["data-key"];
  const input = h("input", { ...common, type: "search", placeholder: element.placeholder?.text ?? "Type to search" });
  let typing;
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const options = await surface.suggest(name, input.value);
      found.hidden = !options.length;
      status.textContent = `${options.length} found`;
      found.replaceChildren(...options.map((each) => h("option", { value: each.value }, each.text.text)));
    }, 250);
  });
  return { node: h("div", {}, input, status, found), value: () => found.value ?? "", group: false };
}

function text(element, common, value) {
  const kinds = { datepicker: "date", timepicker: "time", number_input: "number", email_text_input: "email" };
  const limits = { minlength: element.min_length, maxlength: element.max_length ?? 3000 };
  const extra = { ...common, placeholder: element.placeholder?.text, value };
  if (element.multiline) return h("textarea", { ...extra, ...limits, rows: 5 });
  const type = kinds[element.type] ?? "text";
  return h("input", { ...extra, type, ...(type === "text" ? limits : {}) });
}

function select(element, common, value, surface) {
  const many = element.type.startsWith("multi_");
  const chosen = [value].flat();
  const option = (each) => h("option", { value: each.value, selected: chosen.includes(each.value) }, each.text.text);
  const groups = element.option_groups?.map((group) =>
    h("optgroup", { label: group.label.text }, group.options.map(option)));
  const empty = h("option", { value: "" }, element.placeholder?.text ?? "Choose");
  return h("select", { ...common, multiple: many }, many ? null : empty,
    groups ?? optionsOf(element, surface).map(option));
}

function choices(element, common, value, surface) {
  const chosen = [value].flat();
  const many = element.type === "checkboxes";
  const boxes = element.options.map((option, number) => h("input", {
    ...common, id: `${common.id}-${number}`, "data-key": `${common["data-key"]}-${number}`,
    "aria-required": undefined, name: common.id, type: many ? "checkbox" : "radio",
    value: option.value, checked: chosen.includes(option.value),
  }));
  const node = h("div", { class: "ticks" }, element.options.map((option, number) =>
    h("label", {}, boxes[number], " ", words(option.text, surface),
      option.description ? h("span", { class: "quiet" }, ` ${option.description.text}`) : null)));
  const read = () => {
    const values = boxes.filter((box) => box.checked).map((box) => box.value);
    return many ? values : values[0] ?? "";
  };
  return { node, value: read, group: true };
}
