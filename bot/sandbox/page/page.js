// The page: one state from the server, drawn anew after each change without losing focus or text.

import { blocks } from "./blocks.js";
import { compose, pressed } from "./compose.js";
import { get, h, post, reconcile, unseen, upload } from "./dom.js";
import { messageNode, spoken } from "./message.js";
import { drawModal, rememberOpener } from "./modal.js";
import { mrkdwn, unescaped } from "./mrkdwn.js";

const by = (id) => document.getElementById(id);
const MAIL = "mail";
const HOME = "home";
const here = { user: sessionStorage.getItem("user") ?? "", place: "", thread: "" };
let state = null;
let seen = null; // keys of the messages that were already announced, in this place

// Talking with the server

async function refresh() {
  const [place, thread] = decodeURIComponent(location.hash.slice(1)).split("/");
  here.thread = thread ?? "";
  const special = [MAIL, HOME].includes(place);
  let found = special ? null : state?.channels.find((each) => each.name === place && !each.is_direct)
    ?? state?.channels.find((each) => each.id === place);
  const { user } = here;
  const next = await get("state", { user, channel: found?.id ?? "", thread: here.thread });
  if (here.user === user) here.user = next.me; // else someone else was chosen meanwhile
  if (!special && !found) {
    state = next;
    found = next.channels.find((each) => [each.name, each.id].includes(place)) ?? next.channels[0];
    location.replace(`#${address(found)}${here.thread ? `/${here.thread}` : ""}`);
    if (here.place !== found.id) { here.place = found.id; return refresh(); }
    return undefined;
  }
  if (here.place !== (found?.id ?? place)) seen = null;
  here.place = found?.id ?? place;
  const first = state === null;
  state = next;
  draw();
  if (first) openHome();
  if (found && document.visibilityState === "visible"
      && next.channels.find((each) => each.id === found.id).unread) {
    post("read", { user: here.user, channel: found.id });
  }
  return undefined;
}

let asked = Promise.resolve();
let waiting = false;
function soon() { // changes in quick succession are drawn once
  if (waiting) return asked;
  waiting = true;
  asked = asked.then(() => { waiting = false; return refresh(); }).catch((error) => toast(error.message));
  return asked;
}

const address = (channel) => (channel.is_direct ? channel.id : channel.name);

async function attempt(act, report = toast) {
  try {
    const delivery = await act();
    if (delivery?.timed_out && ["block_actions", "message_action"].includes(delivery.kind)) {
      report("carebot did not respond. Slack gives an app 3 seconds.");
    }
    return true;
  } catch (error) {
    report(error.message);
    return false;
  }
}

function toast(text) {
  by("toast").textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { by("toast").textContent = ""; }, 8000);
}

// Names and surfaces

const names = {
  person: (id) => (id === state.bot_user ? "carebot"
    : state.people.find((each) => each.id === id)?.name ?? id),
  group: (id) => state.groups[id] ?? id,
  channel: (id) => state.channels.find((each) => each.id === id)?.name ?? "a private channel",
};

const base = () => ({ names, people: state.people, confirm,
  field: (block) => h("p", { class: "quiet" }, block.label.text) });

function messageSurface(message) {
  return {
    ...base(),
    key: message.ts,
    messageActions,
    act: (action, value) => attempt(() => {
      rememberOpener();
      const ask = { user: here.user, channel: message.channel, ts: message.ts, action_id: action };
      return value === undefined ? post("click", ask) : post("choose", { ...ask, value });
    }),
  };
}

// The app's shortcuts on a message, and what a person can do with their own words.
function messageActions(message) {
  const ask = { user: here.user, channel: message.channel, ts: message.ts };
  const items = state.shortcuts.map(({ callback_id, name }) => ({
    text: name,
    act: () => { rememberOpener(); attempt(() => post("shortcut", { ...ask, callback_id })); },
  }));
  if (message.user !== here.user) return items;
  return [...items,
    { text: "Edit message", act: () => editMessage(message, ask) },
    { text: "Delete message", act: () => attempt(() => post("delete-message", ask)) }];
}

async function editMessage(message, ask) {
  const text = await question("Edit message", unescaped(message.text));
  if (text && text !== message.text) attempt(() => post("edit-message", { ...ask, text }));
}

const viewSurface = (view, path) => ({
  ...base(),
  key: view.id,
  upload: (file) => upload(here.user, file),
  suggest: (action, typed) => post("suggest", { user: here.user, action_id: action, typed })
    .catch((error) => { toast(error.message); return []; }),
  // A button gives its key here; only a field that acts at once gives what stands in the others.
  act: (action, value, filled) => attempt(() => post(path, {
    user: here.user, action_id: action, value: value ?? null,
    filled: typeof filled === "object" ? filled : null,
  })),
});

function confirm(question) {
  const dialog = by("confirm");
  dialog.returnValue = "";
  dialog.replaceChildren(h("form", { method: "dialog" },
    h("header", {}, h("h2", { id: "confirm-title" }, question.title.text)),
    h("p", {}, question.text.type === "mrkdwn" ? mrkdwn(question.text.text, names) : question.text.text),
    h("footer", { class: "row" },
      h("button", { value: "" }, question.deny.text),
      h("button", { value: "yes", class: question.style ?? "primary" }, question.confirm.text))));
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function question(title, text) {
  const dialog = by("confirm");
  dialog.returnValue = "";
  const input = h("textarea", { id: "question", rows: 3, value: text });
  dialog.replaceChildren(h("form", { method: "dialog" },
    h("header", {}, h("h2", { id: "confirm-title" }, title)),
    h("div", { class: "modal-body field" }, h("label", { for: "question" }, "The message"), input),
    h("footer", { class: "row" },
      h("button", { value: "", formnovalidate: true }, "Cancel"),
      h("button", { value: "yes", class: "primary" }, "Save"))));
  dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? input.value : ""), { once: true });
  });
}

// Drawing

function draw() {
  const focused = document.activeElement;
  const key = focused?.dataset?.key;
  drawDemo(); // first, as its height moves the end of the messages
  drawNavigation();
  drawMain();
  drawThread();
  if (key && !focused.isConnected) find(key)?.focus();
  drawModal(state.view, state.view && viewSurface(state.view, "click-in-view"), {
    submit: (values) => attempt(() => post("submit", { user: here.user, values }), () => {}),
    close: () => attempt(() => post("close", { user: here.user })),
    find,
  });
}

// The control of that key; its message when the control is gone, as a card changes after a click.
function find(key) {
  if (!key) return null;
  const exact = document.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? by(key);
  return exact ?? document.querySelector(`[data-ts="${CSS.escape(key.split("/")[0])}"]`);
}

function drawNavigation() {
  const people = state.people.map((person) => ({ ...person, chosen: person.id === state.me }));
  reconcile(by("me"), people, (person) =>
    h("option", { value: person.id, selected: person.chosen }, person.real_name));
  by("connection").textContent = state.connected ? "carebot is connected" : "carebot is not connected";
  by("connection").dataset.connected = state.connected > 0;
  const channels = state.channels.map((channel) => ({
    id: address(channel), current: channel.id === here.place,
    unread: channel.id === here.place ? 0 : channel.unread,
    label: `${channel.is_direct ? "" : channel.is_private ? "🔒 " : "# "}${channel.name}`,
    name: channel.is_direct ? `${channel.name}, direct messages` : channel.name,
  }));
  reconcile(by("channels"), channels, navigationItem);
  const more = [{ id: HOME, current: here.place === HOME, unread: 0, label: "carebot’s home" }];
  if (state.demo) {
    more.unshift({ id: MAIL, current: here.place === MAIL, unread: 0,
      label: `Sent emails (${state.demo.mail.length})` });
  }
  reconcile(by("more"), more, navigationItem);
}

function navigationItem(item) {
  return h("li", {}, h("a", {
    href: `#${item.id}`, "data-key": `nav/${item.id}`, "aria-current": item.current ? "page" : undefined,
    class: item.unread ? "has-unread" : undefined,
    onclick: () => showPanel("main"),
  }, h("span", {}, item.label),
  item.unread ? h("span", { class: "badge" }, String(item.unread), unseen(" unread")) : null));
}

function drawMain() {
  const box = by("messages");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const channel = state.channels.find((each) => each.id === here.place);
  const title = here.place === MAIL ? "Sent emails" : here.place === HOME ? "carebot’s home"
    : channel.is_direct ? channel.name : `# ${channel.name}`;
  by("title").textContent = title;
  document.title = `${title} · carebot sandbox`;
  by("compose-form").hidden = !channel;
  if (box.dataset.place !== here.place) {
    box.replaceChildren();
    box.scrollTop = 0;
    box.dataset.place = here.place;
  }
  if (channel) {
    by("compose-label").textContent = `Message ${channel.is_direct ? "" : "#"}${channel.name}`;
    drawMessages(box, state.messages, false);
  } else if (here.place === MAIL) drawMail(box);
  else drawHome(box);
  // A channel is read from its end, a home or the letters from their beginning.
  if (channel && (atEnd || !box.dataset.drawn)) box.scrollTop = box.scrollHeight;
  box.dataset.drawn = channel ? "yes" : "";
}

function drawMessages(box, messages, inThread) {
  const empty = [{ id: "empty", empty: true }];
  const items = messages.map((each) => ({ ...each, id: `${each.ts}`, inThread }));
  reconcile(box, items.length ? items : empty, (item) =>
    item.empty ? h("p", { class: "quiet empty" }, "No messages yet.")
      : messageNode(item, messageSurface(item), openThread));
  announce(messages);
}

function announce(messages) {
  const keys = messages.map((each) => `${each.ts}`);
  if (seen === null) seen = new Set(keys);
  const fresh = messages.filter((each) => !seen.has(each.ts));
  fresh.forEach((each) => seen.add(each.ts));
  if (fresh.length) {
    by("news").replaceChildren(...fresh.map((each) => h("p", {}, `${each.author}: ${spoken(each, names)}`)));
  }
}

function openThread(message) {
  const ts = message.thread_ts ?? message.ts;
  const channel = state.channels.find((each) => each.id === message.channel);
  location.hash = `${address(channel)}/${ts}`;
  showPanel("thread");
  focusWhenDrawn(ts, () => by("thread-title"));
}

// Where the focus goes once the thread is there, or is gone: other drawings may come before.
let awaited = null;
function focusWhenDrawn(thread, target) {
  awaited = { thread, target };
}

function drawThread() {
  const aside = by("thread");
  const before = aside.hidden;
  aside.hidden = !here.thread;
  document.body.classList.toggle("with-thread", Boolean(here.thread));
  if (here.thread) {
    if (aside.dataset.thread !== here.thread) {
      by("thread-messages").replaceChildren();
      aside.dataset.thread = here.thread;
      state.thread.forEach((each) => seen?.add(each.ts));
    }
    const box = by("thread-messages");
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    drawMessages(box, state.thread, true);
    if (atEnd) box.scrollTop = box.scrollHeight;
  } else if (!before) showPanel("main");
  if (awaited?.thread === here.thread) {
    awaited.target()?.focus();
    awaited = null;
  }
}

function drawMail(box) {
  const mails = state.demo?.mail ?? [];
  const items = mails.map((mail, number) => ({ ...mail, id: `mail-${number}` })).reverse();
  reconcile(box, items.length ? items : [{ id: "empty", empty: true }], (mail) =>
    mail.empty ? h("p", { class: "quiet empty" }, "No email has left yet.")
      : h("article", { class: "mail" },
        h("h3", {}, mail.subject),
        h("p", { class: "quiet" }, `To ${mail.recipient}, ${mail.sent_at}`),
        h("pre", {}, mail.text)));
}

function drawHome(box) {
  const home = state.home;
  reconcile(box, [home ?? { id: "empty", empty: true }], (view) =>
    view.empty ? h("p", { class: "quiet empty" }, "carebot has published nothing here.")
      : h("div", { class: "home" }, blocks(view.blocks.map((block, place) => ({ ...block, place })),
        viewSurface(view, "click-in-home"))));
}

function drawDemo() {
  by("demo").hidden = !state.demo;
  if (!state.demo) return;
  by("clock").textContent = state.demo.now;
  const left = state.demo.samples_left;
  by("next-sample").textContent = left ? `Send the next sample email (${left} left)` : "No sample email is left";
  by("next-sample").setAttribute("aria-disabled", left ? "false" : "true");
}

function showPanel(name) {
  document.body.dataset.panel = name;
}

// What a person does

const send = (thread) => (text, report) => {
  const ask = { user: here.user, channel: here.place, thread_ts: thread() || null };
  const [, command, rest] = /^(\/\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (command) rememberOpener();
  return attempt(() => (command
    ? post("slash", { ...ask, command, text: rest }) : post("say", { ...ask, text })), report);
};
compose(by("compose-form"), by("compose"), by("compose-error"), send(() => ""));
compose(by("reply-form"), by("reply"), by("reply-error"), send(() => here.thread));

pressed(by("next-morning"), () => attempt(async () => {
  await post("demo/next-morning", {});
  by("news").textContent = "The clock moved to the next working morning.";
}));
pressed(by("next-sample"), () => attempt(async () => {
  const { subject } = await post("demo/next-sample", {});
  by("news").textContent = subject ? `In the mailbox now: ${subject}` : "No sample email is left.";
}));

by("me").addEventListener("change", () => {
  here.user = by("me").value;
  sessionStorage.setItem("user", here.user);
  seen = null;
  soon();
  openHome();
});
by("to-nav").addEventListener("click", () => { showPanel("nav"); by("me").focus(); });
by("close-thread").addEventListener("click", () => {
  const opener = `${here.thread}/thread`;
  location.hash = location.hash.split("/")[0];
  showPanel("main");
  focusWhenDrawn("", () => find(opener));
});
document.addEventListener("keydown", (event) => {
  const free = !document.querySelector("dialog[open]");
  if (event.key === "Escape" && free && by("thread").contains(document.activeElement)) by("close-thread").click();
});
window.addEventListener("hashchange", () => {
  openHome();
  soon();
});
function openHome() { // each person has a home of their own
  if (location.hash === `#${HOME}` && here.user) {
    post("open-home", { user: here.user }).catch((error) => toast(error.message));
  }
}
document.addEventListener("visibilitychange", soon);
new EventSource("/sandbox/stream").addEventListener("message", soon);
