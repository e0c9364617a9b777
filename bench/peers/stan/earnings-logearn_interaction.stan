// Log earnings on height, sex and their interaction, flat priors; the design matrix is made once from data.
data {
  int<lower=0> N;
  vector[N] earn;
  vector[N] height;
  vector[N] male;
}
transformed data {
  vector[N] log_earn = log(earn);
  matrix[N, 4] x;
  x[ : , 1] = ones_vector(N);
  x[ : , 2] = height;
  x[ : , 3] = male;
  x[ : , 4] = height .* male;
}
parameters {
  vector[4] beta;
  real<lower=0> sigma;
}
model {
  log_earn ~ normal_id_glm(x, 0, beta, sigma);
}
