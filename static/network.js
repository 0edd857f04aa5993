// The program's networks drawn as networks: the same numbers as on the graph. Buttons rewrite the list
// of sizes in the text, which stays the single truth.
import { cardAt } from "./cards.js";
import { Net } from "./net.js";
import { Thumbs } from "./wiring.js";

export class Network {
  // rewrite(newSource) of a button; pick(node) of a neuron, whose boundary is to be shown large;
  // current() is the text as it now stands: what is typed and not drawn yet, no button undoes.
  constructor(element, { rewrite, pick, current = () => document.getElementById("source")?.value }) {
    Object.assign(this, { element, rewrite, pick, current, nets: [], sent: [], pending: null });
    Object.assign(this, { thumbnails: new Thumbs(), values: null, node: null, structure: "" });
    element.classList.add("nets");
  }

  // networks: as data-learn has them; source: the program they are of; nameOf(node): what an input is
  // called.
  draw(networks, source, nameOf = nameOnCard) {
    const behind = this.sent.slice(0, -1).includes(source); // of several clicks, an early one is drawn
    if (!behind) Object.assign(this, { sent: [], pending: null });
    const structure = JSON.stringify(networks.map(({ inputs, layers }) => [inputs, layers]));
    if (structure !== this.structure) Object.assign(this, { structure, values: null, node: null, thumbnails: new Thumbs() });
    while (this.nets.length > networks.length) this.nets.pop().remove();
    let first = 0;
    for (const [at, network] of networks.entries()) {
      this.nets[at] ??= new Net(this);
      this.nets[at].draw(network, { source: behind ? null : source, first, nameOf, alone: networks.length === 1 });
      first += network.layers.flat().length;
    }
  }

  // Values of all nodes, the weights among them; with `at`, of those only.
  write({ values, at }) {
    if (!at) this.values = values;
    else if (this.values) for (const [place, node] of at.entries()) this.values[node] = values[place];
    this.changed();
  }

  // frame.thumbs: cells of all neurons, layer by layer, each scaled by itself around 128.
  thumbs(thumbs) {
    this.thumbnails.write(thumbs);
    this.changed();
  }

  // The node whose boundary is shown large; null where it is none of these.
  chosen(node) {
    this.node = node;
    this.changed();
  }

  shown(shown) {
    this.element.hidden = !shown;
  }

  changed() {
    for (const net of this.nets) net.changed();
  }

  choose(node) {
    this.chosen(node);
    this.pick(node);
  }

  // A button: the text after it, sent on. Further clicks build on it before it is drawn.
  edit(net, change, ...how) {
    if (this.pending && this.pending !== net) return;
    const text = this.current();
    if (text !== undefined && text !== null && text !== net.text.source) return;
    const next = change(net.text, ...how);
    if (!next) return;
    Object.assign(this, { pending: net });
    net.text = next;
    this.sent.push(next.source);
    this.rewrite(next.source);
  }
}

const nameOnCard = (node) => cardAt(node)?.card.dataset.key.replace(/#\d+$/, "") ?? "";
