// Slack's mrkdwn, as DOM nodes.

import { h } from "./dom.js";

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", warning: "⚠️", x: "❌", bell: "🔔", mega: "📣",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", alarm_clock: "⏰", rotating_light: "🚨", eyes: "👀",
  large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠", red_circle: "🔴",
  white_circle: "⚪", large_blue_circle: "🔵", email: "📧", envelope: "✉️", incoming_envelope: "📨",
  inbox_tray: "📥", outbox_tray: "📤", memo: "📝", pencil: "📝", calendar: "📅", spiral_calendar_pad: "🗓️",
  bust_in_silhouette: "👤", busts_in_silhouette: "👥", speech_balloon: "💬", tada: "🎉", thumbsup: "👍",
  "+1": "👍", heart: "❤️", star: "⭐", question: "❓", exclamation: "❗", lock: "🔒", link: "🔗",
  round_pushpin: "📍", telephone_receiver: "📞", newspaper: "📰", house: "🏠", wastebasket: "🗑️",
  arrow_right: "➡️", arrow_up: "⬆️", no_entry: "⛔", information_source: "ℹ️", chart_with_upwards_trend: "📈",
  bar_chart: "📊", sunrise: "🌅", wave: "👋", robot_face: "🤖", label: "🏷️", mag: "🔍", repeat: "🔁",
  small_red_triangle: "🔺", black_small_square: "▪️", checkered_flag: "🏁", zzz: "💤", brain: "🧠",
};

const ADDRESS = /^(https?|mailto|tel):/i;
const BARE_URL = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"]/;
const INLINE = new RegExp(
  [
    "```(?<fence>[\\s\\S]+?)```",
    "`(?<code>[^`\\n]+)`",
    "<(?<angle>[^<>\\n]+)>",
    "(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<![\\w_])_(?<italic>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?![\\w_])",
    "(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])",
    ":(?<emoji>[a-z0-9_+-]+):",
    `(?<url>${BARE_URL.source})`,
  ].join("|"),
);

export const unescaped = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

// names: { person(id), group(id), channel(id) } give what to show for an id.
export function mrkdwn(text, names) {
  const parts = [];
  let quote = null;
  let quoted = false;
  for (const line of linesOutsideFences(text)) {
    const match = /^(?:>>>|>|&gt;&gt;&gt;|&gt;) ?/.exec(line);
    if (match) {
      if (!quote) parts.push((quote = h("blockquote")));
      else quote.append(h("br"));
      quote.append(...inline(line.slice(match[0].length), names));
      quoted = true;
    } else {
      if (parts.length && !quoted) parts.push(h("br"));
      quote = null;
      quoted = false;
      parts.push(...inline(line, names));
    }
  }
  return parts;
}

function linesOutsideFences(text) {
  const lines = [];
  let open = false;
  for (const line of text.split("\n")) {
    if (open) lines[lines.length - 1] += `\n${line}`;
    else lines.push(line);
    if ((line.match(/```/g) || []).length % 2) open = !open;
  }
  return lines;
}

function inline(text, names) {
  const nodes = [];
  let rest = text;
  let match;
  while ((match = INLINE.exec(rest))) {
    if (match.index) nodes.push(unescaped(rest.slice(0, match.index)));
    nodes.push(token(match, names));
    // Look-behinds see nothing of what was cut off; a mark right after a token is rare enough.
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest) nodes.push(unescaped(rest));
  return nodes;
}

function token(match, names) {
  const found = match.groups;
  if (found.fence !== undefined) return h("pre", {}, h("code", {}, unescaped(found.fence).trim()));
  if (found.code !== undefined) return h("code", {}, unescaped(found.code));
  if (found.angle !== undefined) return angle(found.angle, names);
  if (found.bold !== undefined) return h("strong", {}, inline(found.bold, names));
  if (found.italic !== undefined) return h("em", {}, inline(found.italic, names));
  if (found.strike !== undefined) return h("s", {}, inline(found.strike, names));
  if (found.url !== undefined) return link(unescaped(found.url), unescaped(found.url));
  return EMOJI[found.emoji] ?? match[0];
}

function angle(content, names) {
  const [target, ...rest] = content.split("|");
  const label = rest.join("|");
  if (target.startsWith("@")) return mention(`@${names.person(target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${names.channel(target.slice(1))}`);
  if (target.startsWith("!subteam^")) return mention(`@${names.group(target.slice(9))}`);
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (target.startsWith("!")) return mention(`@${label || target.slice(1)}`);
  // What is no reference and no address, such as a tag in unescaped text, stays as written.
  if (!ADDRESS.test(target)) return unescaped(`<${content}>`);
  return link(unescaped(target), unescaped(label || target));
}

export const mention = (text) => h("span", { class: "mention" }, text);

export function link(target, label) {
  if (!ADDRESS.test(target)) return label;
  return h("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, label);
}

function dateNode(target, fallback) {
  const [, seconds, format, address] = target.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return unescaped(fallback);
  const show = (options) => new Intl.DateTimeFormat("en-GB", options).format(when);
  const long = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const short = { day: "numeric", month: "short", year: "numeric" };
  const shapes = {
    date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
    date: { day: "numeric", month: "long", year: "numeric" },
    date_pretty: { day: "numeric", month: "long", year: "numeric" },
    date_short: short, date_short_pretty: short, date_long: long, date_long_pretty: long,
    day_divider_pretty: { weekday: "long", day: "numeric", month: "long" },
    time: { hour: "2-digit", minute: "2-digit" },
    time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  };
  const words = format.replace(/\{(\w+)\}/g, (all, name) => (shapes[name] ? show(shapes[name]) : all));
  const node = h("time", { datetime: when.toISOString(), title: unescaped(fallback) }, unescaped(words));
  return address ? h("a", { href: address, rel: "noopener noreferrer" }, node) : node;
}
