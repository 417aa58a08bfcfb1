import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { applyTheme } from "../layout/theme";
import { Page } from "./Page";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/controls.css";
import "./page.css";

applyTheme();
const root = document.getElementById("root");
if (root === null) throw new Error("playground.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
