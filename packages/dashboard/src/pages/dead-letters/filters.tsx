import type { Selected } from '../../letters/filter.js';
import { link, type Visit } from '../../visit.js';

/** Selects dead letters. Its fields are those of the address. */
export function Filters({ visit, selected }: { readonly visit: Visit; readonly selected: Selected }) {
  const services = visit.world.sources.map(({ service }) => service);
  const field = (name: 'listener' | 'type' | 'error', label: string, hint: string) => (
    <div class="field">
      <label for={`filter-${name}`}>{label}</label>
      <input id={`filter-${name}`} name={name} value={selected[name] ?? ''} placeholder={hint} autocomplete="off" />
    </div>
  );
  return (
    <details class="card" open={selected.service !== undefined}>
      <summary>Filter</summary>
      <form class="filters" action={link(visit, '/dead-letters')} hx-morph-skip="">
        <div class="field">
          <label for="filter-service">Service</label>
          <select id="filter-service" name="service">
            {services.map((service) => (
              <option key={service} value={service} selected={service === selected.service}>
                {service}
              </option>
            ))}
          </select>
        </div>
        {field('listener', 'Listener', 'orders/to-ledger')}
        {field('type', 'Message', 'orders.order-placed')}
        {field('error', 'Error contains', 'timed out')}
        <p>
          <button type="submit">Show</button>
        </p>
      </form>
    </details>
  );
}
