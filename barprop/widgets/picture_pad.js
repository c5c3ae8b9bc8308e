// Attack a photo. The network is the reader's own, in Python: the page asks the kernel for every walk. A page without a
// kernel holds some answers ("answered": what they belong to, [target, steps, control]), or none.

import { choice, dial, dials, resetButton, row } from "./shared/controls.js";
import { canvas, draw, make, resize } from "./shared/dom.js";
import { contextOf } from "./shared/pixels.js";
import { stage } from "./shared/stage.js";

/** @import { Context, Pair, PhotoState, Stage } from "./shared/types.js" */

const MAGNIFIED = 32;
/** @type {Record<string, string>} */
const CONTROLS = { attack: "the attack", noise: "random signs", shuffled: "the attack, numbers shuffled" };

/** A probability in percent, with more digits near 0. @param {number} share */
function percent(share) {
  if (share > 0.9995) return ">99.9 %";
  if (share < 0.0001) return "<0.01 %";
  return `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
}

/**
 * The magnified difference of two pictures, grey where there is none.
 * @param {Float32Array} before
 * @param {Uint8Array} after
 */
function magnified(before, after) {
  return after.map((each, i) => Math.max(0, Math.min(255, 127.5 + MAGNIFIED * (each - before[i]))));
}

/**
 * The class whose name was typed: the same, or the only one that begins with it; -1 for none.
 * @param {string[]} names
 * @param {string} text
 */
function classOf(names, text) {
  const wanted = text.trim().toLowerCase();
  const lower = names.map((name) => name.toLowerCase());
  const exact = lower.indexOf(wanted);
  if (exact >= 0 || wanted === "") return exact;
  const found = lower.filter((name) => name.startsWith(wanted));
  return found.length === 1 ? lower.indexOf(found[0]) : -1;
}

/** Whether something else is asked for than what is shown. @param {PhotoState} state */
function waits(state) {
  const { target, steps, control, done } = state;
  return target !== done[0] || steps !== done[1] || control !== done[2];
}

/** @param {HTMLCanvasElement} picture @param {Uint8Array | Float32Array} colours @param {number} side */
function paintPhoto(picture, colours, side) {
  const context = contextOf(picture);
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) image.data.set([...colours.slice(3 * i, 3 * i + 3), 255], 4 * i);
  context.putImageData(image, 0, 0);
}

/**
 * The likeliest classes as bars; a star at the wanted one.
 * @param {SVGSVGElement} svg
 * @param {number} width
 * @param {string[]} names
 * @param {{title: string, shares: Pair[], target: number, style: string}} what
 */
function paintClasses(svg, width, names, { title, shares, target, style }) {
  const line = 34;
  resize(svg, width, shares.length * line + 24);
  const parts = shares.flatMap(([k, share], place) => {
    const y = 22 + place * line;
    return [
      draw("text", { x: 0, y: y + 13, class: k === target ? "bp-strong" : "" }, `${names[k]}${k === target ? " ★" : ""}`),
      draw("text", { x: width, y: y + 13, "text-anchor": "end" }, percent(share)),
      draw("rect", { x: 0, y: y + 18, width: Math.max(1, share * width), height: 8, class: style, style: "fill: none" }),
    ];
  });
  svg.replaceChildren(draw("text", { x: 0, y: 13, class: "bp-soft-text" }, title), ...parts);
}

const TASK = "Choose a class, then take steps until the network sees it. Do random signs of the same size do it too? And the same attack with its numbers shuffled?";
const PATIENCE = 10_000;

/**
 * What can be asked: everything where there is a kernel; else what was computed beforehand, and a sentence that says so.
 * @param {Context["model"]} model
 */
function offered(model) {
  /** @type {string[]} */
  const names = model.get("names");
  /** @type {[number, number, string][] | undefined} */
  const answered = model.get("answered");
  if (answered === undefined) return { names, most: 20, why: "" };
  if (!answered.length)
    return { names: [], most: 20, why: "No kernel runs behind this page, so it shows the last state: the class and the steps can be chosen in the notebook." };
  const known = names.filter((_, k) => answered.some(([target]) => target === k));
  const most = Math.max(...answered.map(([, steps]) => steps));
  return { names: known, most, why: `No kernel runs behind this page: it holds up to ${most} steps towards ${known.join(", ")}.` };
}

/** @param {Context} context */
function render(context) {
  const { model } = context;
  /** @type {string[]} */
  const names = model.get("names");
  const offer = offered(model);
  const off = () => !offer.names.length;
  const side = model.get("side");
  /** @param {string} key */
  const colours = (key) => {
    const view = model.get(key);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  };
  const photo = Uint8Array.from(colours("photo"));
  /** @param {PhotoState} state */
  const told = (state) => {
    const { after, wanted, busy, silent } = state;
    const [target, steps, control] = state.done;
    if (waits(state) && silent) return "The kernel has not answered for 10 seconds: it is busy, or not running. Run the notebook up to this cell once more.";
    if (waits(state)) return `The network is at work: ${state.steps} ${state.steps === 1 ? "step" : "steps"} towards ${names[state.target]}${busy ? `, ${busy}` : ""} ...`;
    const [k, share] = after[0];
    return `After ${steps} ${steps === 1 ? "step" : "steps"} towards ${names[target]} (${CONTROLS[control]}), the network sees ${names[k]} with ${percent(share)}; ${names[target]} went from ${percent(wanted[0])} to ${percent(wanted[1])}.`;
  };
  const page = stage(context, {
    title: "From panda to anything",
    task: offer.why ? `${off() ? "" : `${TASK} `}${offer.why}` : TASK,
    keys: ["target", "steps", "control", "shown", "before", "after", "wanted", "done", "busy"],
    view: { silent: false },
    tell: told,
  });
  const [earlier, later] = ["The likeliest classes of the photo.", "The likeliest classes after the change."].map(canvas);
  const pictures = ["the photo", `the change × ${MAGNIFIED}`, "their sum"].map((name) => {
    const picture = make("canvas", { width: side, height: side, class: "bp-photo", role: "img", "aria-label": name });
    return { picture, box: make("div", { class: "bp-pixel-box" }, picture, make("span", { class: "bp-pixel-name" }, name)) };
  });
  /** @type {DataView | null} */
  let painted = null;
  page.onPaint((state, width) => {
    if (painted !== state.shown) {
      painted = state.shown;
      const shown = colours("shown");
      [photo, magnified(Float32Array.from(photo), shown), shown].forEach((values, i) => {
        paintPhoto(pictures[i].picture, values, side);
      });
    }
    const column = Math.min(340, width < 520 ? width : Math.floor(width / 2) - 14);
    const target = state.done[0];
    paintClasses(earlier, column, names, { title: "before", shares: state.before, target, style: "bp-clean bp-thin" });
    paintClasses(later, column, names, { title: "after", shares: state.after, target, style: "bp-attacked" });
    page.root.classList.toggle("bp-busy", waits(state));
  });
  const list = make("datalist", { id: `bp-classes-${Math.random().toString(36).slice(2)}` });
  list.append(...offer.names.map((name) => make("option", { value: name })));
  const search = make("input", { type: "text", class: "bp-search", list: list.id, "aria-label": "wanted class", autocomplete: "off", disabled: off() });
  const choose = () => {
    const found = classOf(offer.names, search.value);
    if (found >= 0) page.keep({ target: names.indexOf(offer.names[found]) }, `Wanted: ${offer.names[found]}.`);
    else page.say(`There is no class called ${search.value}${offer.why ? " in this page" : ""}.`);
    search.value = names[page.state.target];
  };
  search.addEventListener("change", choose);
  search.addEventListener("focus", () => search.select());
  page.onPaint((state) => {
    if (search !== document.activeElement) search.value = names[state.target];
  });
  page.head.append(
    make("label", { class: "bp-choice" }, make("span", {}, "wanted"), search, list),
    choice(page, { text: "change", options: CONTROLS, read: (now) => now.control, write: (_, control) => ({ control }), off }),
  );
  page.root.append(
    make("div", { class: "bp-photos" }, ...pictures.map(({ box }) => box)),
    make("div", { class: "bp-split" }, earlier, later),
    dials(
      dial(page, {
        name: "steps",
        min: 0,
        max: offer.most,
        step: 1,
        whole: true,
        free: false,
        read: (now) => now.steps,
        write: (_, steps) => ({ steps }),
        off,
      }),
    ),
  );
  const reset = resetButton(page);
  reset.disabled = off();
  page.root.append(row(reset));
  // The answer comes later than the question, and its parts one after the other: said once they are all there.
  const announce = () => queueMicrotask(() => page.say());
  model.on("change:done", announce);
  page.onEnd(() => model.off("change:done", announce));
  noticeSilence(page);
  return page.start();
}

/** Say so where no word comes from the kernel although it was asked. @param {Stage} page */
function noticeSilence(page) {
  let timer = 0;
  let last = "";
  page.onPaint((state) => {
    const { target, steps, control, done, busy } = state;
    const now = JSON.stringify([target, steps, control, done, busy]);
    if (now === last) return;
    last = now;
    clearTimeout(timer);
    state.silent = false;
    if (waits(state)) timer = setTimeout(() => page.change({ silent: true }), PATIENCE);
  });
  page.onEnd(() => clearTimeout(timer));
}

export { classOf, magnified, percent, waits };
export default { render };
