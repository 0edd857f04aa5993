// elkjs and dagre: each line is a question, a graph; its answer is a line of JSON, the milliseconds of
// each time and the edges' points. Run by node_environment.py, which says where the packages are.
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

const from = createRequire(join(process.argv[2], "package.json"));
const ELK = from("elkjs/lib/elk.bundled.js");
const dagre = from("@dagrejs/dagre");

const elk = new ELK();
const OPTIONS = { "elk.algorithm": "layered", "elk.direction": "RIGHT", "elk.edgeRouting": "ORTHOGONAL" };
const xy = ({ x, y }) => [x, y];

// Each makes its graph anew, untimed, since a layout writes into it; returns the work and its lines.
const PEERS = {
  elkjs({ sizes, edges }) {
    const graph = {
      id: "root",
      layoutOptions: OPTIONS,
      children: sizes.map(([width, height], node) => ({ id: `n${node}`, width, height })),
      edges: edges.map(([one, other], k) => ({ id: `e${k}`, sources: [`n${one}`], targets: [`n${other}`] })),
    };
    const points = ({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint].map(xy);
    return {
      work: () => elk.layout(graph),
      lines: (done) => done.edges.map(({ sections }, k) => [...edges[k], sections.flatMap(points)]),
    };
  },
  dagre({ sizes, edges }) {
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: "LR" });
    graph.setDefaultEdgeLabel(() => ({}));
    sizes.forEach(([width, height], node) => graph.setNode(String(node), { width, height }));
    for (const [one, other] of edges) graph.setEdge(String(one), String(other));
    return {
      work: () => dagre.layout(graph),
      lines: () => edges.map(([one, other]) => [one, other, graph.edge(String(one), String(other)).points.map(xy)]),
    };
  },
};

// Warm on a small graph first; then so often, or until the patience is over, but once at least.
async function answer({ peer, graph, warm, times, patience }) {
  for (let run = 0; run < 3; run += 1) await PEERS[peer](warm).work();
  const spent = [];
  let lines = [];
  for (let run = 0; run < times && spent.reduce((sum, ms) => sum + ms, 0) < patience; run += 1) {
    const made = PEERS[peer](graph);
    const start = performance.now();
    const done = await made.work();
    spent.push(performance.now() - start);
    lines = made.lines(done);
  }
  return { times: spent, lines };
}

(async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
})();
