// What the modules of the widgets have in common, for the type checker. A state is what a widget shows: the traits of
// its Python class, and what only the page knows.

export type { Scale } from "./chart.js";
export type { Quantity } from "./controls.js";
export type { Edge, Node, Plan, Point, Spot } from "./graph.js";
export type { Layer } from "./network.js";
export type { Given, Kept } from "./neuron.js";
export type { Stage, State } from "./stage.js";

/** A widget's model, as anywidget gives it, or a page that stands alone. */
export interface Model {
  get(key: string): any;
  set(key: string, value: any): void;
  save_changes(): void;
  on(event: string, heard: () => void): void;
  off(event: string, heard: () => void): void;
}

/** What `render` gets. */
export interface Context {
  model: Model;
  el: HTMLElement;
}

export type Pair = [number, number];
/** Values or bars by name; those of x and w are vectors. */
export type Numbers = Record<string, number | number[]>;
/** The slider of a number. */
export type Range = { min: number; max: number; step: number };
/** A node ("z", or "bar z" where its bar is meant), or an edge ("z>h"). */
export type Item = string | null;

/** CacheLedger: which layers are stored, by kind. */
export interface Stored {
  z: boolean[];
  h: boolean[];
}
export interface Chain extends Stored {
  depth: number;
  width: number;
  fromH?: boolean;
  hold?: boolean;
}
export interface LedgerState extends Chain {
  moment: number | null;
  every: number;
}

/** ContractCard: sizes are letters of `ContractState`. */
export interface Contract {
  formula: string;
  sizes: string[];
  takes: Record<string, string[]>;
  caches: Record<string, string[]>;
  returns: Record<string, { shape: string[]; from: string[][] }>;
}
export interface ContractState extends Record<string, any> {
  layer: string;
  takes: string[];
  caches: string[];
  returns: string[];
}

/** Descent: examples x, y of one neuron with one input. */
export interface Slope {
  x: number[];
  y: number[];
  sigma: string;
}
export interface DescentState extends Slope {
  w: number;
  v: number;
  rate: number;
  many?: boolean;
}

export interface NeuronState {
  x: number[];
  y: number;
  w: number[];
  v: number;
  sigma: string;
}
export interface StepperState extends NeuronState {
  way: string;
  position: number;
  hover: Item;
  picked: Item;
  tries: number;
}
export interface NudgeState extends NeuronState {
  variable: string;
  step: number;
  kind: string;
}

/** PerturbPad: how a digit is attacked. */
export interface Attack {
  mode: string;
  eps: number;
  alpha: number;
  steps: number;
  target?: number;
}
export interface PerturbState extends Attack {
  index: number;
  target: number;
  own: boolean;
}

export interface DigitState {
  weights: DataView;
  done: number | null;
  loss: number | null;
}

/** PicturePad: `done` is the target, steps and control that the rest belongs to. */
export interface PhotoState {
  target: number;
  steps: number;
  control: string;
  shown: DataView;
  before: Pair[];
  after: Pair[];
  wanted: Pair;
  done: [number, number, string];
  busy: string;
  silent: boolean;
}

/** SplitBars: two branches in training. */
export interface Branches {
  scale1: number;
  scale2: number;
  units1: number;
  units2: number;
  rate: number;
  steps: number;
}
export interface Branch {
  W: number[];
  a: number[];
}
export interface SplitState extends Branches {
  mode: string;
  x1: number;
  x2: number;
  w1: number;
  w2: number;
  zBar: number;
  shares: boolean;
}

/** TapeView: a recorded value; numbers that JSON cannot hold are null. */
export interface Recorded {
  name: string;
  op: string;
  parents: number[];
  data: (number | null)[];
  shape: number[];
  bar: (number | null)[] | null;
  barShape?: number[];
  ref: (number | null)[] | null;
  shares: (number | null)[];
  verdict: "right" | "wrong" | "missing" | "unchecked";
  difference?: number | null;
}
export interface TapeState {
  step: number;
  hover: Item;
  picked: Item;
}
