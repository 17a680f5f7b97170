// One message: who wrote it, its blocks, and the way to its thread.

import { blocks } from "./blocks.js";
import { dropdown } from "./controls.js";
import { fileSize, h, unseen } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

// A screen reader is given the text and not the blocks, as in Slack.
export function spoken(message, names) {
  return h("div", {}, mrkdwn(message.text || "a message", names)).textContent;
}

export function messageNode(message, surface, openThread) {
  const { names } = surface;
  const when = new Date(Number(message.ts) * 1000);
  const time = when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const drawn = message.blocks?.length
    ? blocks(message.blocks.map((block, place) => ({ ...block, place })), surface)
    : [h("p", {}, mrkdwn(message.text, names))];
  return h("article", {
    class: message.ephemeral ? "message alone" : "message", "data-ts": message.ts, tabindex: "-1",
    "aria-label": `${message.author}, ${time}`,
  },
  h("span", { class: message.is_app ? "face app" : "face", "aria-hidden": "true" },
    message.author.slice(0, 1).toUpperCase()),
  h("div", { class: "content" },
    message.ephemeral ? note("👁 Only visible to you") : null,
    h("p", { class: "byline" }, h("strong", {}, message.author),
      message.is_app ? h("span", { class: "label" }, "APP") : null,
      h("time", { class: "quiet", datetime: when.toISOString(), title: when.toLocaleString("en-GB") }, time)),
    message.subtype === "thread_broadcast" && !message.inThread ? note("Also sent from a thread") : null,
    h("div", { class: "body" }, drawn,
      message.files?.length ? h("ul", { class: "files", "aria-label": "Files" }, message.files.map(fileNode)) : null,
      message.shows_edited ? h("span", { class: "quiet" }, "(edited)") : null),
    message.reactions ? h("p", { class: "quiet" }, message.reactions.flatMap((each) =>
      [...mrkdwn(`:${each.name}:`, names), ` ${each.count} `])) : null,
    message.inThread || message.ephemeral ? null : threadLink(message, names, openThread)),
  menuOf(message, surface));
}

function fileNode(file) {
  if (file.mode === "tombstone") return h("li", { class: "quiet" }, "This file was deleted.");
  return h("li", {}, h("a", { href: `/sandbox/file/${file.id}`, download: file.name }, `📄 ${file.title || file.name}`),
    h("span", { class: "quiet" }, ` ${file.name}, ${file.pretty_type}, ${fileSize(file.size)}`));
}

// What a person can do with a message: the app's shortcuts, and change what is their own.
function menuOf(message, surface) {
  if (message.ephemeral || message.deleted) return null;
  const items = surface.messageActions(message);
  if (!items.length) return null;
  const name = `More for the message of ${message.author}, ${spoken(message, surface.names).slice(0, 60)}`;
  return dropdown({ name, text: "⋯", class: "menu overflow", key: `${message.ts}/menu`, items, root: "menu-root of-message" });
}

const note = (text) => h("p", { class: "quiet" }, text);

function threadLink(message, names, openThread) {
  const count = message.reply_count ?? 0;
  const label = count ? `${count} ${count === 1 ? "reply" : "replies"}` : "Reply in thread";
  return h("button", {
    type: "button", class: count ? "plain replies" : "plain replies start",
    "data-key": `${message.ts}/thread`, onclick: () => openThread(message),
  }, label, unseen(` to ${message.author}: ${spoken(message, names).slice(0, 80)}`));
}
