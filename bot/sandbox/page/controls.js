// What a person can press or choose. A choice acts only when it is made: moving through a menu
// with the arrow keys does nothing yet, unlike a native select.

import { h } from "./dom.js";

export function control(element, block, surface) {
  const draw = { button, overflow: menu, static_select: menu, users_select: menu,
    checkboxes: ticks, radio_buttons: ticks, datepicker: moment, timepicker: moment }[element.type];
  if (!draw) return h("span", { class: "quiet" }, `(a ${element.type})`);
  return draw(element, block, surface);
}

export const key = (element, block, surface) => `${surface.key}/${block.place}/${element.action_id}`;

export function optionsOf(element, surface) {
  if (element.type.includes("users_select")) {
    return surface.people.map((person) => ({ text: { text: person.real_name }, value: person.id }));
  }
  return element.options ?? element.option_groups.flatMap((group) => group.options);
}

async function perform(element, block, surface, node, value) {
  if (element.confirm && !(await surface.confirm(element.confirm))) return;
  node.setAttribute("aria-busy", "true");
  try {
    await surface.act(`${block.block_id}.${element.action_id}`, value, key(element, block, surface));
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function button(element, block, surface) {
  const node = h("button", {
    type: "button",
    class: element.style,
    "data-key": key(element, block, surface),
    "aria-label": element.accessibility_label,
    onclick: () => {
      if (element.url && /^https?:/.test(element.url)) window.open(element.url, "_blank", "noopener");
      if (node.getAttribute("aria-busy") !== "true") perform(element, block, surface, node);
    },
  }, element.text.text);
  return node;
}

function menu(element, block, surface) {
  const overflow = element.type === "overflow";
  const name = overflow ? "More actions" : element.placeholder?.text ?? "Choose";
  const options = optionsOf(element, surface);
  const initial = element.initial_option?.value ?? element.initial_user;
  const chosen = options.find((each) => each.value === initial)?.text.text;
  return dropdown({
    name, class: overflow ? "menu overflow" : "menu", key: key(element, block, surface),
    text: overflow ? "⋯" : `${chosen ?? name} ▾`, labelled: overflow,
    items: options.map((option) => ({
      text: option.text.text,
      act: (opener) => {
        if (!overflow) opener.textContent = `${option.text.text} ▾`;
        perform(element, block, surface, opener, option.value);
      },
    })),
  });
}

// A button that opens a list of things to do; each item has a text and what it does.
export function dropdown({ name, text, key: opens, items: entries, class: kind, labelled = true, root: rootClass = "menu-root" }) {
  const list = h("ul", { role: "menu", hidden: true, "aria-label": name });
  const opener = h("button", {
    type: "button",
    class: kind,
    "data-key": opens,
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    "aria-label": labelled ? name : undefined,
    onclick: () => (list.hidden ? open() : close()),
    onkeydown: (event) => {
      if (event.key === "ArrowDown" && list.hidden) { event.preventDefault(); open(); }
    },
  }, text);
  const items = entries.map((entry) => h("li", { role: "none" }, h("button", {
    type: "button", role: "menuitem", tabindex: "-1",
    onclick: () => { close(); entry.act(opener); },
  }, entry.text)));
  list.append(...items);
  const buttons = items.map((item) => item.firstChild);
  list.addEventListener("keydown", (event) => travel(event, buttons, close));
  const root = h("span", { class: rootClass,
    onfocusout: (event) => { if (!root.contains(event.relatedTarget)) list.hidden || close(false); },
  }, opener, list);

  function open() {
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    buttons[0]?.focus();
    list.scrollIntoView({ block: "nearest" });
  }
  function close(back = true) {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (back) opener.focus();
  }
  return root;
}

function travel(event, buttons, close) {
  const here = buttons.indexOf(document.activeElement);
  const to = { ArrowDown: here + 1, ArrowUp: here - 1 + buttons.length, Home: 0,
    End: buttons.length - 1 }[event.key];
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
  else if (to !== undefined) { event.preventDefault(); buttons[to % buttons.length].focus(); }
  else if (/^[a-z0-9]$/i.test(event.key)) {
    const after = [...buttons.slice(here + 1), ...buttons.slice(0, here + 1)];
    after.find((each) => each.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  }
}

function ticks(element, block, surface) {
  const many = element.type === "checkboxes";
  const initial = many ? element.initial_options ?? [] : [element.initial_option].filter(Boolean);
  const name = key(element, block, surface);
  const boxes = element.options.map((option, number) => h("input", {
    type: many ? "checkbox" : "radio", name, "data-key": `${name}/${number}`,
    checked: initial.some((each) => each.value === option.value), value: option.value,
    onchange: () => {
      const values = boxes.filter((box) => box.checked).map((box) => box.value);
      perform(element, block, surface, node, many ? values : values[0]);
    },
  }));
  const label = element.accessibility_label ?? block.text?.text ?? "Choices";
  const node = h("span", { class: "ticks", role: "group", "aria-label": label },
    element.options.map((option, number) => h("label", {}, boxes[number], ` ${option.text.text}`,
      option.description ? h("span", { class: "quiet" }, ` ${option.description.text}`) : null)));
  return node;
}

function moment(element, block, surface) {
  const node = h("input", {
    type: element.type === "datepicker" ? "date" : "time",
    "aria-label": element.placeholder?.text ?? "Date",
    "data-key": key(element, block, surface),
    value: element.initial_date ?? element.initial_time,
    onchange: () => perform(element, block, surface, node, node.value),
  });
  return node;
}
