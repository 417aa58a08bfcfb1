// What one does in the console, in one browser.
import "./console_life.mjs";
import "./console_lists.mjs";
import "./console_tenants.mjs";
import "./console_graph.mjs";
import "./console_keys.mjs";
import "./console_looks.mjs";
import "./console_restart.mjs";
