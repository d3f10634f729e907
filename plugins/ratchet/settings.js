// What can be set.

export const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Settings of ratchet",
  type: "object",
  additionalProperties: false,
  properties: {
    max_drop: {
      description: "Points by which a version may score below the best loop of the cycle.",
      type: "number",
      minimum: 0,
      maximum: 100,
      default: 5,
    },
  },
};

/** Longest text that is parsed, in characters: JSON may nest as deep as it is long. */
const LONGEST = 4096;

/** The settings of a text that is accepted. Throws the contract's error for others. */
export function parse(text) {
  const found = problems(text);
  if (found.length > 0) throw { tag: "invalid-settings", val: found };
  return { max_drop: SCHEMA.properties.max_drop.default, ...read(text) };
}

/** Every fault of a text, with its place as a JSON Pointer. */
export function problems(text) {
  if (text.length > LONGEST) return [problem("", `settings are ${LONGEST} characters at most`)];
  let settings;
  try {
    settings = read(text);
  } catch {
    return [problem("", "this is not JSON")];
  }
  if (settings === null || typeof settings !== "object" || Array.isArray(settings)) {
    return [problem("", "settings are a JSON object")];
  }
  return Object.entries(settings).flatMap(([name, value]) => {
    if (name !== "max_drop") return [problem(pointer(name), "there is no such setting; there is max_drop")];
    const { minimum, maximum } = SCHEMA.properties.max_drop;
    if (typeof value === "number" && value >= minimum && value <= maximum) return [];
    return [problem("/max_drop", `a number of points within ${minimum} and ${maximum} is wanted`)];
  });
}

function read(text) {
  return text === "" ? {} : JSON.parse(text);
}

function problem(path, message) {
  return { path, message };
}

/** The place of a member. A name that is no Unicode text has no pointer: the whole text is meant then. */
function pointer(name) {
  return name.isWellFormed() ? `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}` : "";
}
