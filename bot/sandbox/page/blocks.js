// Block Kit, as DOM nodes. `surface` says what a control does and what an id is called.

import { h } from "./dom.js";
import { mention, link, mrkdwn } from "./mrkdwn.js";
import { control } from "./controls.js";

const DRAW = {
  section: (block, surface) => h("div", { class: "section" },
    h("div", { class: "section-text" },
      block.text ? h("p", {}, words(block.text, surface)) : null,
      block.fields ? h("div", { class: "fields" },
        block.fields.map((field) => h("p", {}, words(field, surface)))) : null),
    block.accessory ? accessory(block, surface) : null),
  header: (block) => h("h3", {}, block.text.text),
  divider: () => h("hr"),
  context: (block, surface) => h("p", { class: "context quiet" }, block.elements.map((part) =>
    part.type === "image" ? picture(part) : h("span", {}, words(part, surface)))),
  actions: (block, surface) => h("div", { class: "row actions" },
    block.elements.map((element) => control(element, block, surface))),
  input: (block, surface) => surface.field(block),
  image: (block) => h("figure", {}, picture(block),
    block.title ? h("figcaption", {}, block.title.text) : null),
  rich_text: (block, surface) => h("div", {}, block.elements.map((part) => rich(part, surface))),
  table: (block, surface) => h("div", { class: "wide" }, h("table", {}, h("tbody", {},
    block.rows.map((row, number) => h("tr", {}, row.map((cell) =>
      h(number ? "td" : "th", number ? {} : { scope: "col" }, cellContent(cell, surface)))))))),
  markdown: (block, surface) => h("div", {}, markdown(block.text, surface)),
};

export function blocks(every, surface) {
  return every.map((block) => (DRAW[block.type] ?? unknown)(block, surface));
}

export function words(text, surface) {
  return text.type === "mrkdwn" ? mrkdwn(text.text, surface.names) : lines(text.text);
}

function lines(text) {
  return text.split("\n").flatMap((line, number) => (number ? [h("br"), line] : [line]));
}

const unknown = (block) => h("p", { class: "quiet" }, `(a block of type ${block.type})`);

const accessory = (block, surface) =>
  block.accessory.type === "image" ? picture(block.accessory) : control(block.accessory, block, surface);

// Nothing is loaded from elsewhere: a picture stands there by its description.
const picture = (part) =>
  h("span", { class: "picture", role: "img", "aria-label": part.alt_text }, `🖼 ${part.alt_text}`);

function cellContent(cell, surface) {
  return cell.type === "raw_text" ? cell.text : cell.elements.map((part) => rich(part, surface));
}

function rich(part, surface) {
  const inner = () => part.elements.flatMap((each) => richInline(each, surface));
  if (part.type === "rich_text_quote") return h("blockquote", {}, inner());
  if (part.type === "rich_text_preformatted") return h("pre", {}, h("code", {}, inner()));
  if (part.type === "rich_text_list") {
    const items = part.elements.map((each) => h("li", {}, rich(each, surface)));
    return h(part.style === "ordered" ? "ol" : "ul", {}, items);
  }
  return h("p", {}, inner());
}

function richInline(part, surface) {
  if (part.type === "user") return [mention(`@${surface.names.person(part.user_id)}`)];
  if (part.type === "usergroup") return [mention(`@${surface.names.group(part.usergroup_id)}`)];
  if (part.type === "channel") return [mention(`#${surface.names.channel(part.channel_id)}`)];
  if (part.type === "broadcast") return [mention(`@${part.range}`)];
  if (part.type === "emoji") return mrkdwn(`:${part.name}:`, surface.names);
  if (part.type === "date") return mrkdwn(`<!date^${part.timestamp}^${part.format}|${part.fallback ?? ""}>`, surface.names);
  const text = part.type === "link" ? [link(part.url, part.text || part.url)] : lines(part.text ?? "");
  const style = part.style ?? {};
  return ["bold", "italic", "strike", "code"].filter((name) => style[name]).reduce(
    (nodes, name) => [h({ bold: "strong", italic: "em", strike: "s", code: "code" }[name], {}, nodes)], text);
}

// The part of Markdown that Slack's markdown block is used for; the rest stays as it was written.
function markdown(text, surface) {
  return text.split("\n").map((line) => {
    const heading = /^#{1,6} +(.*)/.exec(line);
    const item = /^\s*[-*] +(.*)/.exec(line);
    const plain = (heading ?? item)?.[1] ?? line;
    const marked = plain
      .replace(/\*\*(.+?)\*\*/g, "*$1*")
      .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>");
    if (heading) return h("h4", {}, mrkdwn(marked, surface.names));
    return h("p", {}, item ? "• " : "", mrkdwn(marked, surface.names));
  });
}

