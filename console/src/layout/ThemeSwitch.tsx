import { type LucideIcon, Monitor, Moon, Sun } from "lucide-react";
import { type Theme, useTheme } from "./theme";

const LOOKS: Record<Theme, { icon: LucideIcon; text: string }> = {
  system: { icon: Monitor, text: "System" },
  light: { icon: Sun, text: "Light" },
  dark: { icon: Moon, text: "Dark" },
};

/** Goes from the system's colours to light, to dark, and back. */
export function ThemeSwitch() {
  const [theme, next] = useTheme();
  const { icon: Icon, text } = LOOKS[theme];
  return (
    <button type="button" className="button quiet" onClick={next} title={`Colours: ${text}. Click for the next`}>
      <Icon aria-hidden />
      {text}
    </button>
  );
}
