// The playground, as somebody uses it.
import { url } from "./browser.mjs";

export class PlaygroundPage {
  constructor(page) {
    this.page = page;
  }

  static async open(context, fragment = "") {
    const page = await context.newPage();
    await page.goto(`${url}/playground${fragment}`);
    return new PlaygroundPage(page).ready();
  }

  async ready() {
    await this.page.locator(".graphiql-query-editor .view-line").first().waitFor();
    await this.page.locator(".graphiql-editor-tool .view-line").first().waitFor();
    await this.page.locator(".graphiql-response .monaco-editor").waitFor();
    return this;
  }

  async fill(fields) {
    for (const [label, text] of Object.entries(fields)) await this.page.getByLabel(label, { exact: true }).fill(text);
  }

  field(label) {
    return this.page.getByLabel(label, { exact: true }).inputValue();
  }

  async show(name) {
    await this.page.locator(".graphiql-tab-button", { hasText: name }).click();
  }

  async execute() {
    await this.page.getByRole("button", { name: /^Execute query/ }).click();
  }

  // run shows a tab, runs it and returns its response.
  async run(name) {
    await this.page.bringToFront(); // a page behind another is drawn once a second
    await this.show(name);
    await this.execute();
    return JSON.parse(await this.response());
  }

  async listen(name) {
    await this.page.bringToFront();
    await this.show(name);
    await this.execute();
    await this.page.getByText("Listening", { exact: true }).waitFor();
  }

  // response waits for one that says something, and returns its text.
  async response(says = '"') {
    await this.page.waitForFunction(
      (text) =>
        window.__MONACO.editor.getModels().some((m) => m.uri.path.endsWith("response.json") && m.getValue().includes(text)),
      says,
      { polling: 50 }, // frames are rare in a page behind another
    );
    return this.text("response.json");
  }

  text(name) {
    return this.page.evaluate(
      (end) =>
        window.__MONACO.editor
          .getModels()
          .find((m) => m.uri.path.endsWith(end))
          .getValue(),
      name,
    );
  }

  // write replaces the tab's operation, which has the name, and its variables.
  async write(name, operation, variables = "") {
    await this.set("operation.graphql", operation);
    await this.set("variables.json", variables);
    await this.page.locator(".graphiql-tab-active", { hasText: name }).waitFor();
  }

  async set(name, text) {
    await this.page.evaluate(
      ([end, to]) =>
        window.__MONACO.editor
          .getModels()
          .find((m) => m.uri.path.endsWith(end))
          .setValue(to),
      [name, text],
    );
  }
}
