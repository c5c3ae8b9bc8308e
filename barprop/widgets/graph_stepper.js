// The one-neuron graph, step by step: values fill in forward, then bars fill in backward.

// One entry a step, in the order in which they can be taken. `in` is what a step reads: forward, values;
// backward, the incoming bar and the cached values its slope is made of.
const FORWARD_STEPS = [
  { name: "z", reads: ["w", "x"], rule: "w · x" },
  { name: "h", reads: ["z"], rule: "σ(z)" },
  { name: "e", reads: ["v", "h"], rule: "v × h" },
  { name: "l", reads: ["y", "e"], rule: "half of (y − e)²" },
];
const BACKWARD_STEPS = [
  { name: "l", from: null, reads: [] },
  { name: "e", from: "l", reads: ["y", "e"] },
  { name: "y", from: "l", reads: ["y", "e"] },
  { name: "v", from: "e", reads: ["h"] },
  { name: "h", from: "e", reads: ["v"] },
  { name: "z", from: "h", reads: ["z"] },
  { name: "w", from: "z", reads: ["x"] },
  { name: "x", from: "z", reads: ["w"] },
];
const STEPS = [
  ...FORWARD_STEPS.map((step) => ({ ...step, phase: "forward" })),
  ...BACKWARD_STEPS.map((step) => ({ ...step, phase: "backward" })),
];
const LAST = 2 * STEPS.length - 1; // every step is asked first (even), then shown (odd)

/** The right value of a step, and for a bar the two factors it is made of. */
function work(step, given) {
  const kept = values(given);
  if (step.phase === "forward") return { value: kept[step.name] };
  const all = bars(given, kept);
  if (!step.from) return { value: 1 };
  const local = { e: kept.e - given.y, y: given.y - kept.e, v: kept.h, h: given.v, w: given.x, x: given.w };
  const slope = step.name === "z" ? ACTIVATIONS[given.sigma].slope(kept.z) : local[step.name];
  return { value: all[step.name], incoming: all[step.from], slope };
}

/** A word on a prediction: numbers within 1 % (or 0.005 near zero) count as right. */
function compare(said, { value, incoming, slope }) {
  const near = (a, b) => Math.abs(a - b) <= Math.max(0.005, 0.01 * Math.abs(b));
  const first = (number) => (Array.isArray(number) ? number[0] : number);
  const right = first(value);
  if (near(said, right)) return { right: true, word: "Right." };
  if (near(said, -right)) return { right: false, word: "The size is right; the sign is not." };
  if (incoming !== undefined && near(said, incoming)) return { right: false, word: "That is the incoming bar alone." };
  if (slope !== undefined && near(said, first(slope))) return { right: false, word: "That is the slope alone." };
  return { right: false, word: `Off by ${show(Math.abs(said - right))}.` };
}

// Where the nodes stand, as in the course's pictures; where a value and a bar stand beside them, off the arrows.
function nodeSpots(width) {
  const at = (part) => Math.round(width * part);
  return {
    x: [at(0.12), 66, "above"],
    w: [at(0.12), 196, "below"],
    z: [at(0.34), 131, "around"],
    h: [at(0.53), 131, "around"],
    v: [at(0.53), 211, "below"],
    e: [at(0.72), 131, "around"],
    y: [at(0.72), 63, "above"],
    l: [at(0.91), 131, "around"],
  };
}

const EDGES = [
  ["w", "z"],
  ["x", "z"],
  ["z", "h"],
  ["h", "e"],
  ["v", "e"],
  ["e", "l"],
  ["y", "l"],
];
const RADIUS = 18;

function trim([x1, y1], [x2, y2], shift) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const gap = RADIUS + 5;
  return [
    x1 + ux * gap - uy * shift,
    y1 + uy * gap + ux * shift,
    x2 - ux * gap - uy * shift,
    y2 - uy * gap + ux * shift,
  ];
}

/** What stands around a node: the line of its value, then of its bar. */
function lineHeights(y, side, both) {
  const above = y - RADIUS - 9;
  const below = y + RADIUS + 19;
  if (side === "around") return [above, below];
  return side === "above" ? [both ? above - 18 : above, above] : [below, below + 18];
}

function paintNode(name, [x, y, side], look) {
  const parts = [];
  parts.push(
    draw("circle", {
      cx: x,
      cy: y,
      r: RADIUS,
      class: `bp-node${look.known ? " bp-known" : ""}${look.asked ? " bp-asked" : ""}`,
    }),
  );
  if (look.bar !== null) parts.push(draw("circle", { cx: x, cy: y, r: RADIUS - 4, class: "bp-ring" }));
  parts.push(drawnLetter(x, y, name));
  const [first, second] = lineHeights(y, side, look.value !== null && look.bar !== null);
  if (look.value !== null)
    parts.push(draw("text", { x, y: first, "text-anchor": "middle", class: "bp-forward-text" }, look.value));
  // z's and e's stand aside of the arrow that leaves to the lower left
  if (look.bar !== null) parts.push(barText("ze".includes(name) ? x + 14 : x, second, name, look.bar));
  return parts;
}

function barText(x, y, name, text) {
  const start = x + 8 - text.length * 3.7;
  const group = draw("g", { class: "bp-backward-text" }, draw("text", { x: start, y }, text));
  group.append(drawnLetter(start - 9, y - 5, name, true, 17));
  return group;
}

function sigmaText(text, sigma) {
  return text.replace("σ", SIGMA_NAMES[sigma]);
}

function paintGraph(svg, state, width) {
  resize(svg, width, 276);
  const spots = nodeSpots(width);
  const now = STEPS[state.position >> 1];
  const shown = STEPS.slice(0, (state.position + 1) >> 1);
  const known = new Set([
    "w",
    "x",
    "v",
    "y",
    ...shown.filter((step) => step.phase === "forward").map((step) => step.name),
  ]);
  const barred = new Set(shown.filter((step) => step.phase === "backward").map((step) => step.name));
  const all = { ...state, ...values(state) };
  const allBars = bars(state, all);
  const digits = width < 520 ? 2 : 3;
  const parts = now.reads.map((name) =>
    draw("rect", { x: spots[name][0] - 23, y: spots[name][1] - 23, width: 46, height: 46, rx: 3, class: "bp-read" }),
  );
  for (const [a, b] of EDGES) {
    parts.push(arrow(...trim(spots[a], spots[b], -4), known.has(b) ? "forward" : "idle"));
    if (barred.has(a)) parts.push(arrow(...trim(spots[b], spots[a], -4), "backward"));
  }
  for (const [name, spot] of Object.entries(spots)) {
    parts.push(
      ...paintNode(name, spot, {
        known: known.has(name),
        asked: now.name === name && state.position % 2 === 0,
        value: known.has(name) ? list(all[name], digits) : null,
        bar: barred.has(name) ? list(allBars[name], digits) : null,
      }),
    );
  }
  svg.replaceChildren(...parts);
}

function chip(label, value, kind, note) {
  return make(
    "span",
    { class: `bp-chip bp-chip-${kind}` },
    make("span", { class: "bp-chip-label" }, label),
    make("span", { class: "bp-chip-value" }, value),
    make("span", { class: "bp-chip-note" }, note || " "),
  );
}

function formula(state) {
  const step = STEPS[state.position >> 1];
  const open = state.position % 2 === 0;
  const found = work(step, state);
  const given = { ...state, ...values(state) };
  const backward = step.phase === "backward";
  const result = chip(
    letter(step.name, backward),
    open ? "?" : list(found.value),
    backward ? "bar" : "value",
    open ? "asked" : "found",
  );
  const sign = (text) => make("span", { class: "bp-sign" }, text);
  const together = (...parts) => make("span", { class: "bp-together" }, ...parts);
  if (!backward) {
    const lit = step.reads.map((name) => chip(letter(name), list(given[name]), "lit", "read"));
    return [
      result,
      sign("="),
      make("span", { class: "bp-rule" }, sigmaText(step.rule, state.sigma)),
      together(sign("from"), ...lit),
    ];
  }
  if (!step.from)
    return [result, sign("="), make("span", { class: "bp-rule" }, "where the way back starts: how l depends on l")];
  const slopeName = step.name === "z" ? `slope of ${SIGMA_NAMES[state.sigma]}` : "slope";
  const lit = step.reads.map((name) => chip(letter(name), list(given[name]), "lit", "cached"));
  return [
    result,
    sign("="),
    chip(letter(step.from, true), list(found.incoming), "bar", "incoming bar"),
    sign("×"),
    chip(slopeName, open && step.name !== "z" ? "?" : list(found.slope), "slope", "local slope"),
    together(sign("from"), ...lit),
  ];
}

function spoken(state) {
  const step = STEPS[state.position >> 1];
  const name = step.phase === "backward" ? `${step.name} bar` : step.name;
  const way = step.phase === "forward" ? "Forward" : "Backward";
  if (state.position % 2 === 0) {
    const vector = Array.isArray(work(step, state).value) ? `the first entry of ${name}` : name;
    return `${way}, step ${(state.position >> 1) + 1} of ${STEPS.length}: what will ${vector} be? Type a guess, or step on to see it.`;
  }
  const end = state.position === LAST ? " All values and all bars are in." : "";
  return `${way}: ${name} is ${list(work(step, state).value)}.${end}`;
}

function render(context) {
  const page = stage(context, "One neuron, forward and back", ["x", "w", "v", "y", "sigma", "position"], spoken);
  const { state } = page;
  const svg = canvas("The graph of the neuron: w and x make z, z makes h, v and h make e, y and e make l.");
  const board = make("div", { class: "bp-board" });
  const guess = make("input", { type: "number", step: "any", class: "bp-number" });
  const askedFor = make("span");
  const asked = make("label", { class: "bp-choice" }, make("span", {}, "Your guess for ", askedFor), guess);
  const move = (to, word = "") => {
    const position = Math.max(0, Math.min(LAST, to));
    if (position % 2 === 0) guess.value = "";
    page.keep({ position }, word);
  };
  const reveal = () => {
    const said = guess.valueAsNumber;
    const word = Number.isFinite(said) ? compare(said, work(STEPS[state.position >> 1], state)).word : "";
    move(state.position + 1, word && `You said ${show(said)}. ${word}`);
  };
  const compareButton = button("Compare", () => {
    if (Number.isFinite(guess.valueAsNumber)) reveal();
    else page.say("Type a number first, or press Step to see the value.");
  });
  const step = button("Step", () => (state.position % 2 ? move(state.position + 1) : reveal()), {
    class: "bp-button bp-main",
  });
  const back = button("Back", () => {
    play.stop();
    move(state.position - 1);
  });
  const reset = button("Reset", () => {
    play.stop();
    move(0);
  });
  guess.addEventListener("keydown", (event) => {
    if (event.key === "Enter") compareButton.click();
  });
  const play = player(
    page,
    () => {
      if (state.position >= LAST) return false;
      page.change({ position: state.position + 1 });
      page.say();
      return true;
    },
    1100,
  );
  const pair = (key, index) =>
    dial(page, {
      name: `${key}${index + 1}`,
      text: `${key} ${index + 1}`,
      min: -2,
      max: 2,
      step: 0.05,
      read: (now) => now[key][index],
      write: (now, value) => ({ [key]: now[key].map((old, i) => (i === index ? value : old)) }),
    });
  const single = (key) =>
    dial(page, {
      name: key,
      text: key,
      min: -2,
      max: 2,
      step: 0.05,
      read: (now) => now[key],
      write: (_, value) => ({ [key]: value }),
    });
  page.onPaint((now, width) => {
    paintGraph(svg, now, width);
    board.replaceChildren(...formula(now));
    board.style.minHeight = width < 560 ? "146px" : "72px";
    const asks = STEPS[now.position >> 1];
    askedFor.replaceChildren(
      letter(Array.isArray(work(asks, now).value) ? `${asks.name}1` : asks.name, asks.phase === "backward"),
    );
    const open = now.position % 2 === 0;
    guess.disabled = compareButton.disabled = !open;
    back.disabled = now.position === 0;
    step.disabled = now.position === LAST;
  });
  const sigma = choice(page, {
    text: "σ is",
    options: SIGMA_NAMES,
    read: (now) => now.sigma,
    write: (_, value) => ({ sigma: value }),
  });
  page.head.append(sigma);
  page.root.append(
    svg,
    board,
    row(asked, compareButton),
    row(step, back, play.toggle, reset),
    dials(pair("x", 0), pair("x", 1), pair("w", 0), pair("w", 1), single("v"), single("y")),
  );
  return page.start();
}

export { values, bars, compare, work, STEPS };
export default { render };
