import { useQueryClient } from "@tanstack/react-query";
import { useReactFlow, useStoreApi, type Viewport } from "@xyflow/react";
import { useMemo } from "react";
import type { Places } from "./layout/arrange";
import { boundsOf, CARD } from "./layout/measures";

const MARGIN = 32;
const LEGEND = 220;

// Below this, cards can't be read: then the graph begins near what matters instead of being shown as a whole.
const READABLE = 0.6;

/** What moves the view. */
export type View = ReturnType<typeof useView>;

/** Moves the view over a graph. Whoever comes back to the graph finds the view where it was. */
export function useView(name: string, places: Places, focus: string | null) {
  const flow = useReactFlow();
  const store = useStoreApi();
  const client = useQueryClient();
  return useMemo(() => {
    const key = ["GraphView", name];
    const fit = () => void flow.setViewport(whole(places, size()));
    const size = () => ({ width: store.getState().width, height: store.getState().height });
    return {
      begin: () => void flow.setViewport(client.getQueryData<Viewport>(key) ?? first(places, size(), focus)),
      keep: (_: unknown, viewport: Viewport) => void client.setQueryData<Viewport>(key, viewport),
      fit,
      zoomIn: () => void flow.zoomIn(),
      zoomOut: () => void flow.zoomOut(),
      actual: () => void flow.zoomTo(1),
      /** Moves a task into the view when it is not there. */
      show: (id: string) => {
        const place = places.get(id);
        if (!place) return;
        const { x, y, zoom } = flow.getViewport();
        const { width, height } = size();
        const [left, top] = [place.x * zoom + x, place.y * zoom + y];
        const inside =
          left >= MARGIN &&
          top >= MARGIN &&
          left + CARD.width * zoom <= width - MARGIN &&
          top + CARD.height * zoom <= height - MARGIN;
        if (!inside) void flow.setCenter(place.x + CARD.width / 2, place.y + CARD.height / 2, { zoom });
      },
    };
  }, [client, flow, focus, name, places, store]);
}

type Size = { width: number; height: number };

/** What is free of the legend, where there is room beside it. */
function leftOf(width: number): number {
  return width > LEGEND * 4 ? LEGEND : MARGIN;
}

/** The view of the whole graph. */
function whole(places: Places, { width, height }: Size): Viewport {
  const box = boundsOf(places);
  const left = leftOf(width);
  const free = { width: width - left - MARGIN, height: height - 2 * MARGIN };
  const zoom = Math.min(free.width / box.width, free.height / box.height, 1);
  return {
    x: left + (free.width - box.width * zoom) / 2 - box.x * zoom,
    y: MARGIN + (free.height - box.height * zoom) / 2 - box.y * zoom,
    zoom,
  };
}

/** The view with which a graph begins: the whole when it can be read, else its focus, else its upper left. */
export function first(places: Places, size: Size, focus: string | null): Viewport {
  const all = whole(places, size);
  if (all.zoom >= READABLE) return all;
  const zoom = READABLE;
  const box = boundsOf(places);
  const left = leftOf(size.width) - box.x * zoom;
  const place = focus === null ? undefined : places.get(focus);
  if (place === undefined) return { x: left, y: 2 * MARGIN - box.y * zoom, zoom };
  return {
    // What it grew out of has room at the left, when there is any.
    x: Math.min(left, size.width / 3 - (place.x + CARD.width / 2) * zoom),
    y: size.height / 2 - (place.y + CARD.height / 2) * zoom,
    zoom,
  };
}
