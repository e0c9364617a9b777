// Gaussian-process regression, latent function integrated out. sigma is added to the diagonal as a variance.
data {
  int<lower=1> N;
  array[N] real x;
  vector[N] y;
}
transformed data {
  vector[N] zero = zeros_vector(N);
}
parameters {
  real<lower=0> rho;
  real<lower=0> alpha;
  real<lower=0> sigma;
}
model {
  rho ~ gamma(25, 4);
  alpha ~ normal(0, 2);
  sigma ~ std_normal();
  y ~ multi_normal_cholesky(zero, cholesky_decompose(add_diag(gp_exp_quad_cov(x, alpha, rho), sigma)));
}
