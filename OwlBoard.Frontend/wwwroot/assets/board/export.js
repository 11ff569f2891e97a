// @ts-check
// Exports the board as a file.

import { svg } from "../dom.js";
import { boundsOfAll, render } from "./drawing.js";

/** @typedef {import("./shapes.js").Shape} Shape */

const margin = 24;

/** The limit above which browsers refuse to create the image or phones run out of memory. */
const mostPixels = 16_000_000;

/** @param {Shape[]} shapes not empty */
function toSvg(shapes) {
  const [left, top, right, bottom] = boundsOfAll(shapes);
  const box = [left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin].map(Math.round);
  const root = svg("svg", {
    viewBox: box.join(" "), width: box[2], height: box[3], fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round",
    "font-family": "Inter, system-ui, sans-serif",
  });
  root.append(svg("rect", { x: box[0], y: box[1], width: box[2], height: box[3], fill: "#ffffff" }), ...shapes.map(render));
  return { width: box[2], height: box[3], file: new Blob([new XMLSerializer().serializeToString(root)], { type: "image/svg+xml" }) };
}

/** @param {Shape[]} shapes @param {string} name */
export function exportSvg(shapes, name) {
  save(toSvg(shapes).file, `${name}.svg`);
}

/** @param {Shape[]} shapes @param {string} name */
export async function exportPng(shapes, name) {
  const { width, height, file } = toSvg(shapes);
  const picture = new Image();
  const source = URL.createObjectURL(file);
  try {
    picture.src = source;
    await picture.decode();
  } finally {
    URL.revokeObjectURL(source);
  }

  const scale = Math.min(2, Math.sqrt(mostPixels / (width * height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const png = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  save(png, `${name}.png`);
}

/** @param {Blob} file @param {string} name */
function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, "-").trim() || "board";
  link.click();
  // The browser must have started to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
