/** Two posts and what passes between them: the demo's mark. */
export const iconSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<g fill="none" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">
<path stroke="#8b93a5" d="M2 10h6M24 10h6M2 22h6M24 22h6M10 5v22M22 5v22"/><path stroke="#0f9d6b" d="M6 17l6 6 14-15"/>
</g>
</svg>
`;
