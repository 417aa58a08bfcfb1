// The console, as somebody uses it.
import { url } from "./browser.mjs";

export class ConsolePage {
  constructor(page) {
    this.page = page;
  }

  // open opens an address of the console in a tab of its own, as somebody who is signed in there already.
  static async open(context, path = "/", who = {}) {
    const page = await context.newPage();
    await page.addInitScript((credentials) => {
      if (Object.keys(credentials).length > 0) sessionStorage.setItem("asyncgate.credentials", JSON.stringify(credentials));
    }, who);
    await page.goto(`${url}/#${path}`);
    return new ConsolePage(page).ready();
  }

  // ready waits until the page has what it shows, and follows the ledger.
  async ready() {
    await this.page.locator(".live-line.live").waitFor({ state: "attached" });
    await this.page.locator("h1").waitFor();
    await this.page.locator(".skeleton").first().waitFor({ state: "detached" });
    return this;
  }

  async go(path) {
    await this.page.goto(`${url}/#${path}`);
    await this.ready();
  }

  async front() {
    await this.page.bringToFront(); // a page behind another is drawn once a second
    return this;
  }

  button(name, within = this.page) {
    return within.getByRole("button", { name, exact: true });
  }

  get dialog() {
    return this.page.getByRole("dialog");
  }

  // row is the row of a task's or a receipt's in a list.
  row(text) {
    return this.page.locator("tbody tr", { has: this.page.locator("[data-row]"), hasText: text });
  }

  title(text) {
    return this.page.getByRole("heading", { level: 1, name: text });
  }

  section(name) {
    return this.page.getByRole("region", { name, exact: true });
  }

  keys(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  // moves does what moves the view of a graph, and waits until it has moved.
  async moves(move) {
    const view = ".react-flow__viewport";
    const before = await this.page.locator(view).getAttribute("style");
    await move();
    await this.page.locator(`${view}:not([style="${before}"])`).waitFor({ state: "attached" });
  }

  // mark tells whether the page is still the one that was marked: one that is loaded again has forgotten it.
  async mark() {
    await this.page.evaluate(() => {
      window.marked = true;
    });
    return () => this.page.evaluate(() => window.marked === true);
  }
}
