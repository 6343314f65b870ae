/** Where a page is: links to those above it, and what it is in. */
export function Crumbs({ trail }: { readonly trail: readonly (string | readonly [href: string, name: string])[] }) {
  return (
    <p class="crumbs">
      {trail.map((step, index) => (
        <>
          {index > 0 && <span aria-hidden="true">/</span>}
          {typeof step === 'string' ? <span>{step}</span> : <a href={step[0]}>{step[1]}</a>}
        </>
      ))}
    </p>
  );
}
