const paths = {
  health: 'M2 8h3l2-4 3 8 2-4h2',
  dead: 'M3 13V7a5 5 0 0 1 10 0v6M1.5 13.5h13M8 6v4M6.3 7.6h3.4',
  waiting: 'M4 2h8M4 14h8M5 2v2.5L8 8l3-3.5V2M5 14v-2.5L8 8l3 3.5V14',
  outbox: 'M2 9v4h12V9M8 11V2.5M4.8 5.5 8 2.3l3.2 3.2',
  scheduled: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.3 1.5',
  conversations: 'M4 3v7a3 3 0 0 0 3 3h5M4 7h8M12 5l2 2-2 2M12 11l2 2-2 2',
  flow: 'M2.5 6.5h3v3h-3zM10.5 2.5h3v3h-3zM10.5 10.5h3v3h-3zM5.5 8H8V4h2.5M8 8v4h2.5',
  catalog: 'M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3',
  apis: 'M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4M9 3 7 13',
  projections: 'M2.5 12.5h11M4 10V6.5M8 10V3M12 10V5',
  sagas: 'M3 3.5h4v3H3zM9 9.5h4v3H9zM7 5h2a2 2 0 0 1 2 2v2.5',
  processes: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01',
  actions: 'M3 3h10M3 6.3h10M3 9.7h6M3 13h6',
  bad: 'M8 2 1.5 13.5h13zM8 6.5v3M8 11.5h.01',
  warn: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3.5M8 11h.01',
  good: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.4 8.2l1.9 1.8 3.4-3.7',
} as const;

export type IconName = keyof typeof paths;

/** A picture that says nothing by itself: its words stand beside it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={paths[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.4"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
