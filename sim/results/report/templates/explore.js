"use strict";
document.querySelectorAll("section.explore").forEach(function (section) {
  var data = JSON.parse(section.querySelector("script").textContent);
  var place = section.querySelector(".explore-charts");
  var inputs = Array.from(section.querySelectorAll("input")), outputs = section.querySelectorAll("output");
  var WIDE = 320, HIGH = 150, LEFT = 46, RIGHT = 10, TOP = 10, BOTTOM = 24;

  function shape(parent, name, attributes, text) {
    var made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text !== undefined) { made.textContent = text; }
    parent.appendChild(made);
    return made;
  }

  function at() { return inputs.map(function (input) { return Number(input.value); }); }

  function short(value) {
    var size = Math.abs(value);
    if (size >= 1e6) { return (value / 1e6).toFixed(1) + "m"; }
    if (size >= 1e4) { return (value / 1e3).toFixed(0) + "k"; }
    return size >= 100 || value === 0 ? value.toFixed(0) : value.toFixed(size < 1 ? 2 : 1);
  }

  function range(figure) {
    var all = [];
    Object.keys(figure.levels).forEach(function (key) {
      var level = figure.levels[key];
      if (level.mean !== null) { all.push(level.low, level.high); }
    });
    var low = Math.min.apply(null, all), high = Math.max.apply(null, all), room = (high - low) * 0.08 || 1;
    return [low >= 0 && low < 0.6 * high ? 0 : low - room, high + room];
  }

  function draw(figure, box, words) {
    while (box.firstChild) { box.removeChild(box.firstChild); }
    var point = at(), ends = range(figure), count = data.sliders[0].values.length;
    var x = function (number) { return LEFT + (WIDE - LEFT - RIGHT) * (count > 1 ? number / (count - 1) : 0.5); };
    var y = function (value) { return TOP + (HIGH - TOP - BOTTOM) * (1 - (value - ends[0]) / (ends[1] - ends[0])); };
    var known = [];
    for (var number = 0; number < count; number += 1) {
      var level = figure.levels[[number].concat(point.slice(1)).join(",")];
      if (level && level.mean !== null) { known.push([number, level]); }
    }
    [0, 0.5, 1].forEach(function (part) {
      var value = ends[0] + part * (ends[1] - ends[0]);
      shape(box, "line", { x1: LEFT, x2: WIDE - RIGHT, y1: y(value), y2: y(value), stroke: "#e0e0e0" });
      shape(box, "text", { x: LEFT - 4, y: y(value) + 4, "text-anchor": "end", "font-size": 11, fill: "#3d3d3d" }, short(value));
    });
    var upper = known.map(function (one) { return x(one[0]) + "," + y(one[1].high); });
    var lower = known.map(function (one) { return x(one[0]) + "," + y(one[1].low); }).reverse();
    shape(box, "polygon", { points: upper.concat(lower).join(" "), fill: "#12436d", "fill-opacity": 0.18 });
    shape(box, "polyline", {
      points: known.map(function (one) { return x(one[0]) + "," + y(one[1].mean); }).join(" "),
      fill: "none", stroke: "#12436d", "stroke-width": 2
    });
    [0, count - 1].forEach(function (end) {
      var anchor = count === 1 ? "middle" : end ? "end" : "start";
      shape(box, "text", { x: x(end), y: HIGH - 6, "text-anchor": anchor, "font-size": 11, fill: "#3d3d3d" }, data.sliders[0].values[end]);
    });
    var here = figure.levels[point.join(",")];
    words.textContent = here ? here.words : "no figure";
    if (here && here.mean !== null) {
      shape(box, "line", { x1: x(point[0]), x2: x(point[0]), y1: y(here.low), y2: y(here.high), stroke: "#f46a25", "stroke-width": 4 });
      shape(box, "circle", { cx: x(point[0]), cy: y(here.mean), r: 5, fill: "#f46a25", stroke: "#1a1a1a" });
    }
    box.setAttribute("aria-label", figure.name + ": " + words.textContent);
  }

  var drawn = data.figures.map(function (figure) {
    var holder = document.createElement("div"), title = document.createElement("p"), words = document.createElement("p");
    title.textContent = figure.name;
    title.className = "explore-name";
    words.className = "explore-words";
    holder.appendChild(title);
    holder.appendChild(words);
    var box = shape(holder, "svg", { viewBox: "0 0 " + WIDE + " " + HIGH, role: "img" });
    place.appendChild(holder);
    return function () { draw(figure, box, words); };
  });

  function update() {
    inputs.forEach(function (input, number) {
      var words = data.sliders[number].values[Number(input.value)];
      outputs[number].textContent = words;
      input.setAttribute("aria-valuetext", words);
    });
    drawn.forEach(function (redraw) { redraw(); });
  }

  inputs.forEach(function (input) { input.addEventListener("input", update); });
  section.hidden = false;
  update();
});
