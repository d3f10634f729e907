// Values of the corpus as jco takes them, and decisions as bytes that are the same in every language; see README.md.

/** Members that are 64 bits wide, which JavaScript holds as bigints. */
const WIDE = new Set([
  "now", "submitted-at", "max-tokens", "max-money-micros", "max-judge-millis",
  "input-tokens", "cached-tokens", "output-tokens", "money-micros", "judge-millis",
]);

const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());

/** A value of the corpus; `name` is that of the member which holds it. */
export function lowered(value, name) {
  if (value === null) return undefined;
  if (name === "memo") return new Uint8Array(value);
  if (Array.isArray(value)) return value.map((item) => lowered(item));
  if (typeof value === "object") {
    const members = Object.entries(value);
    return Object.fromEntries(members.map(([key, held]) => [camel(key), lowered(held, key)]));
  }
  return WIDE.has(name) ? BigInt(value) : value;
}

/** The bytes of a value: of a variant (an object with a tag), a record, a list, a text, a number, a truth. */
export function canonical(value) {
  const parts = [];
  write(value, parts);
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const encoder = new TextEncoder();

function text(value) {
  const bytes = encoder.encode(value);
  return [encoder.encode(`s${bytes.length}:`), bytes];
}

function write(value, parts) {
  const mark = (sign) => parts.push(encoder.encode(sign));
  if (typeof value === "boolean") mark(value ? "t" : "f");
  else if (typeof value === "string") parts.push(...text(value));
  else if (typeof value === "number" || typeof value === "bigint") mark("n" + bits(Number(value)));
  else if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    mark("[");
    for (const item of value) write(item, parts);
    mark("]");
  } else if ("tag" in value) {
    mark("(");
    parts.push(...text(value.tag));
    if (value.val !== undefined) write(value.val, parts);
    mark(")");
  } else {
    mark("{");
    const members = Object.entries(value).filter(([, held]) => held !== undefined);
    const named = members.map(([key, held]) => [kebab(key), held]);
    named.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, held] of named) {
      parts.push(...text(key));
      write(held, parts);
    }
    mark("}");
  }
}

/** All 64 bits of a number, in hexadecimal. */
function bits(number) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}
