// Draw a digit; the student's own network reads it, also while it is being trained.

import { scale } from "./shared/chart.js";
import { button, row } from "./shared/controls.js";
import { canvas, draw, make, resize } from "./shared/dom.js";
import { numbersOf, outlook, unpackNetwork } from "./shared/network.js";
import { centred, drawingPad, paintImage, pixelCanvas } from "./shared/pixels.js";
import { alone, stage } from "./shared/stage.js";
import { percent, show } from "./shared/text.js";

/** @import { Context, DigitState } from "./shared/types.js" */

/** @param {SVGSVGElement} svg @param {number} width @param {number[]} P */
function paintClasses(svg, width, P) {
  const line = 22;
  resize(svg, width, P.length * line + 4);
  const [left, right] = [22, width - 52];
  const x = scale(0, 1, left, right);
  const empty = P.every((share) => share === 0);
  const top = empty ? -1 : P.indexOf(Math.max(...P));
  svg.replaceChildren(
    ...P.flatMap((share, digit) => [
      draw("text", { x: 0, y: digit * line + 16, class: digit === top ? "bp-strong" : "" }, String(digit)),
      draw("rect", { x: left, y: digit * line + 3, width: right - left, height: 15, class: "bp-trough" }),
      draw("rect", { x: left, y: digit * line + 3, width: empty ? 0 : Math.max(1, x.to(share) - left), height: 15, class: "bp-made" }),
      draw("text", { x: width, y: digit * line + 16, "text-anchor": "end", class: digit === top ? "bp-strong" : "" }, empty ? "" : percent(share)),
    ]),
  );
}

/** @param {Context} context */
function render(context) {
  const { model } = context;
  const side = model.get("side");
  const examples = numbersOf(model.get("images"), model.get("kind"));
  const count = examples.length / (side * side);
  let drawn = new Float64Array(side * side);
  let next = 0;
  /** @param {DigitState} state */
  const told = (state) => {
    const trained =
      state.done === null ? "" : state.done < 1 ? `Training: ${percent(state.done)} done. ` : "Training is done. ";
    const loss = state.loss === null ? "" : `The loss is ${show(state.loss, 2)}. `;
    if (!inked()) return `${trained}${loss}Draw a digit in the box.`;
    const { P, seen } = read(state);
    const second = P.map((share, digit) => [share, digit]).sort((a, b) => b[0] - a[0])[1][1];
    return `${trained}${loss}Your network reads ${seen} (${percent(P[seen])}); its second guess is ${second}.`;
  };
  const inked = () => drawn.some((each) => each > 0);
  /** @param {DigitState} state */
  const read = (state) => outlook(unpackNetwork(model.get("layers"), numbersOf(state.weights, "f2")), drawn, 0);
  const page = stage(context, {
    title: "Your network reads your handwriting",
    task: alone(model)
      ? "Draw a digit: does the network read it? Then write one that you can read and it cannot."
      : "Draw a digit while the network is trained: when does it begin to read it? Then write one that you can read and it cannot.",
    keys: ["weights", "done", "loss"],
    tell: told,
  });
  const svg = canvas("The probability that the network gives to each digit.");
  const seen = pixelCanvas(side, "what the network gets");
  const pad = drawingPad(
    side,
    (values) => {
      drawn = side >= 20 ? centred(values, side) : Float64Array.from(values);
      page.change({});
    },
    () => page.say(),
  );
  const bar = make("progress", { max: 1, value: 0, class: "bp-progress", "aria-label": "training" });
  const progress = make("label", { class: "bp-choice" }, make("span", {}, "training"), bar, make("span", { class: "bp-readout-value" }));
  page.onPaint((state, width) => {
    paintImage(seen, drawn, side);
    const { P } = read(state);
    paintClasses(svg, width < 560 ? width : width - 276, inked() ? P : P.map(() => 0)); // nothing drawn, nothing read
    progress.hidden = state.done === null;
    bar.value = state.done ?? 0;
    const last = progress.lastElementChild;
    if (last) last.textContent = `${percent(state.done ?? 0)}${state.loss === null ? "" : `, loss ${show(state.loss, 2)}`}`;
  });
  const example = button("A digit from the data", () => {
    pad.load(examples.subarray(next * side * side, (next + 1) * side * side));
    next = (next + 1) % count;
    page.say();
  });
  page.root.append(
    progress,
    make(
      "div",
      { class: "bp-split" },
      make(
        "div",
        { class: "bp-pictures bp-pictures-two" },
        make("div", { class: "bp-pixel-box" }, pad.pad, make("span", { class: "bp-pixel-name" }, "draw here")),
        make("div", { class: "bp-pixel-box" }, seen, make("span", { class: "bp-pixel-name" }, "what it gets")),
      ),
      svg,
    ),
    row(
      button("Clear", () => {
        pad.clear();
        page.say();
      }),
      count ? example : null,
    ),
  );
  return page.start();
}

export { centred } from "./shared/pixels.js";
export { numbersOf } from "./shared/network.js";
export default { render };
