// One message: who wrote it, its blocks, and the way to its thread.

import { blocks } from "./blocks.js";
import { h, unseen } from "./dom.js";
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
      message.shows_edited ? h("span", { class: "quiet" }, "(edited)") : null),
    message.reactions ? h("p", { class: "quiet" }, message.reactions.flatMap((each) =>
      [...mrkdwn(`:${each.name}:`, names), ` ${each.count} `])) : null,
    message.inThread || message.ephemeral ? null : threadLink(message, names, openThread)));
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
