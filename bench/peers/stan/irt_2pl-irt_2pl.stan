// Two-parameter logistic item response, hierarchical; all answers in one statement, log-odds from an outer product.
data {
  int<lower=0> I;
  int<lower=0> J;
  array[I, J] int<lower=0, upper=1> y;
}
transformed data {
  array[I * J] int answers = to_array_1d(y);
}
parameters {
  real<lower=0> sigma_theta;
  vector[J] theta;
  real<lower=0> sigma_a;
  vector<lower=0>[I] a;
  real mu_b;
  real<lower=0> sigma_b;
  vector[I] b;
}
model {
  sigma_theta ~ cauchy(0, 2);
  sigma_a ~ cauchy(0, 2);
  sigma_b ~ cauchy(0, 2);
  mu_b ~ normal(0, 5);
  theta ~ normal(0, sigma_theta);
  a ~ lognormal(0, sigma_a);
  b ~ normal(mu_b, sigma_b);
  // Column i of the matrix holds item i, which is the order of to_array_1d.
  answers ~ bernoulli_logit(to_vector(theta * a' - rep_matrix((a .* b)', J)));
}
